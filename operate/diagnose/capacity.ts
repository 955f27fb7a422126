import { readConfiguration } from "../../infra/nginx/configuration.ts";
import { number } from "../../infra/preview/number.ts";
import type { Inside } from "./inside/observed.ts";

/** How much of one limit is used, in connections of clients. */
export interface Use {
  used: number;
  holds: number;
  /** `limit of open files 20,000 (backend, 1 process)` */
  what: string;
}

/** From here on a person should check. */
const near = 0.8;

export const isNear = ({ used, holds }: Use) => used >= near * holds;

/** The limit that is reached first: the one with the highest use, or the smallest while there are no connections. */
export function tightestUse(inside: Inside): Use | undefined {
  const all = [...nginxUse(inside), ...backendUse(inside), ...tableUse(inside), ...portsUse(inside)];
  const [fullest] = all.toSorted((one, other) => share(other) - share(one) || one.holds - other.holds);
  const idle = clients(inside) === 0;
  return idle ? all.toSorted((one, other) => one.holds - other.holds)[0] : fullest;
}

/** `1,203 of 20,000 connections (6 %): worker_connections 20,000 (nginx, 2 workers)` */
export function useText({ used, holds, what }: Use): string {
  return `${number(used)} of ${number(holds)} connections (${Math.floor((100 * used) / Math.max(1, holds))} %): ${what}`;
}

const share = ({ used, holds }: Use) => used / Math.max(1, holds);

const clients = ({ nginx }: Inside) => nginx.workers.reduce((sum, worker) => sum + worker.clients, 0);

/** A WebSocket is two connections of a worker, and two open files. */
function nginxUse(inside: Inside): Use[] {
  const { workers, configuration } = inside.nginx;
  const [first] = workers;
  if (!first || configuration === "") return []; // one that nginx refuses is not printed
  const connections = mostConnections(inside);
  const files = first.mostFiles > 0 && first.mostFiles < connections;
  const most = files ? first.mostFiles : connections;
  const what = files ? "limit of open files" : "worker_connections";
  return [
    {
      used: clients(inside),
      holds: workers.length * Math.floor(most / 2),
      what: `${what} ${number(most)} (nginx, ${counted(workers.length, "worker")})`,
    },
  ];
}

/** `worker_connections`; nginx's own default is 512. */
export function mostConnections({ nginx }: Inside): number {
  const events = readConfiguration(nginx.configuration).find(({ name }) => name === "events")?.block ?? [];
  return Number(events.find(({ name }) => name === "worker_connections")?.values[0] ?? 512);
}

function backendUse({ serving = [] }: Inside): Use[] {
  if (serving.length === 0) return [];
  const sum = (of: "files" | "mostFiles") => serving.reduce((all, each) => all + each[of], 0);
  return [
    {
      used: sum("files"),
      holds: sum("mostFiles"),
      what: `limit of open files ${number(serving[0]?.mostFiles ?? 0)} (backend, ${counted(serving.length, "process", "processes")})`,
    },
  ];
}

/** Both connections of a WebSocket are in it. */
function tableUse({ conntrack }: Inside): Use[] {
  if (!conntrack) return [];
  const { used, most } = conntrack;
  return [
    {
      used: Math.floor(used / 2),
      holds: Math.floor(most / 2),
      what: `nf_conntrack_max ${number(most)} (the kernel's table of connections)`,
    },
  ];
}

function portsUse(inside: Inside): Use[] {
  const { ports } = inside;
  if (!ports) return [];
  const sources = sourcesOf(inside);
  return [
    {
      used: clients(inside),
      holds: ports * sources,
      what: `${number(ports)} ports from nginx to the backend, from ${counted(sources, "address", "addresses")}`,
    },
  ];
}

/** Those of `split_clients` in our site; the kernel's own choice is one. */
function sourcesOf({ nginx }: Inside): number {
  const http = readConfiguration(nginx.configuration).find(({ name }) => name === "http")?.block ?? [];
  const split = http.find(({ name, values }) => name === "split_clients" && /_source$/.test(values[1] ?? ""));
  return Math.max(1, split?.block?.length ?? 1);
}

const counted = (count: number, one: string, many = `${one}s`) =>
  count === 1 ? `1 ${one}` : `${count} ${many}`;
