import type { FactsOfOne } from "../../host/facts.ts";
import type { Found, FoundProcess } from "../../host/found.ts";
import { readConfiguration } from "../../nginx/configuration.ts";
import type { Directive } from "../../nginx/parse.ts";
import { type Site, siteOf } from "../../nginx/served-site.ts";

/** What is about to come to the host, by which the application that it takes the place of is known. */
export interface Coming {
  /** Ports of the release. */
  ports: readonly number[];
  path?: string;
}

/** What a host that was set up by hand serves now. */
export interface InUse {
  /** The application in whose place ours comes; undefined where none is found. */
  application?: FoundProcess;
  /** What nginx serves of it. */
  site?: Site;
  /** Applications that stay as they are. */
  others: FoundProcess[];
}

const enabled = "/etc/nginx/sites-enabled/";
export const enabledSite = (name: string) => enabled + name;

/** Of several applications the one that has our port and a WebSocket path, or our path, or any. */
export function inUse(found: Found, { ports, path }: Coming): InUse {
  const configuration = readConfiguration(found.nginx ?? "");
  const applications = found.processes.filter((each) => each.program !== "nginx" && !isOfTheWeb(each));
  const served = applications.flatMap((application) => {
    const site = application.port === undefined ? undefined : siteOf(configuration, application.port);
    return site ? [{ application, site }] : [];
  });
  const sockets = served.filter(({ site }) => site.webSocketPaths.length > 0);
  const onOurs = ({ application }: { application: FoundProcess }) => ports.includes(application.port ?? 0);
  const chosen =
    sockets.find(onOurs) ??
    sockets.find(({ site }) => path !== undefined && site.webSocketPaths.includes(path)) ??
    sockets[0] ??
    [...served, ...applications.map((application) => ({ application }))].find(onOurs);
  const others = applications.filter((each) => chosen && !isSame(each, chosen.application));
  return { ...chosen, others: chosen ? others : applications };
}

/** The application that has a port of the first release, and ends at the deadline. */
export const takenOver = ({ found, taken }: Pick<FactsOfOne, "found" | "taken">): FoundProcess | undefined =>
  taken === undefined ? undefined : found.processes.find(({ port }) => port === taken);

/** What holds 80 or 443 is told as that. */
const isOfTheWeb = ({ port }: FoundProcess) => port === 80 || port === 443;

/** The processes of a cluster are one application. */
const isSame = (one: FoundProcess, other: FoundProcess) =>
  one.pid === other.pid ||
  (one.manager !== "session" &&
    one.manager === other.manager &&
    one.name === other.name &&
    one.user === other.user);

/** The files in which the host has servers of nginx, without the distribution's welcome page. */
export function siteFiles({ nginx = "", welcome }: Found): string[] {
  const files = serversOf(readConfiguration(nginx)).map(({ file }) => file);
  return [...new Set(files)].filter((file) => !welcome || file !== enabledSite("default"));
}

export const serversOf = (configuration: readonly Directive[]): Directive[] =>
  (configuration.find(({ name }) => name === "http")?.block ?? []).filter(({ name }) => name === "server");

/** `application api of ubuntu's pm2` */
export function briefly({ manager, name, user, pid, command }: FoundProcess): string {
  if (manager === "pm2") return `application ${name} of ${user}'s pm2`;
  if (manager === "unit") return `the application of ${name}`;
  return `process ${pid} of ${user} (${command.split(" ").slice(0, 2).join(" ")})`;
}
