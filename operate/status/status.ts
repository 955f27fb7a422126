import { readWritten } from "../../infra/host/read-facts.ts";
import { renewalTrouble } from "../../infra/host/renewal.ts";
import { bytesText, writtenText } from "../../infra/preview/data.ts";
import { number } from "../../infra/preview/number.ts";
import { isNear, tightestUse, useText } from "../diagnose/capacity.ts";
import { Facts } from "../diagnose/inside/facts.ts";
import type { Application, Backend, Inside, Worker } from "../diagnose/inside/observed.ts";
import { readInside } from "../diagnose/inside/read.ts";
import { instancesOf, isUp } from "../diagnose/rules/instances.ts";
import { oldWorkersText } from "../diagnose/rules/old-workers.ts";
import { application } from "../diagnose/rules/pm2.ts";
import { provisionalText, takenBack } from "../diagnose/rules/taken-back.ts";
import { duration } from "../duration.ts";
import { connectedText, trafficText } from "./connection-text.ts";
import { type Connections, readConnections } from "./connections.ts";

/** One screen: a name and what is to be said of it, in this order. */
export type Status = Record<string, string>;

/** What the host printed, for a person and for `--json`. `host` is its address. */
export function readStatus(output: string, host: string): Status {
  const inside = readInside(output);
  const facts = new Facts(output);
  const connections = readConnections(facts, inside);
  return {
    host: `${host}, up since ${facts.one("up")[0] ?? "?"}`,
    release: `${release(inside.backend, inside.clock, Number(facts.one("since")[0]))}${provisionalText(inside)}`,
    ...fileSets(facts, inside),
    pm2: pm2(inside),
    ...instances(inside, connections),
    nginx: nginx(inside),
    certificate: certificate(inside),
    ...renewal(inside),
    ...services(inside),
    websockets: connectedText(connections, inside.backend.release),
    ...capacity(inside),
    messages: trafficText(connections),
    log: log(facts),
    firewall: firewall(inside),
    ...data(facts),
    "last up": lastUp(facts.one("last-run")[0], Number(facts.one("applied")[0])),
  };
}

const time = (seconds: number) => (seconds > 0 ? new Date(seconds * 1000).toISOString().slice(0, 19) : "?");

type Served = Pick<Backend, "release" | "deployedRelease" | "takenBack">;

function release(served: Served, clock: number, since: number): string {
  const { release, deployedRelease } = served;
  const ago = since > 0 ? `, deployed ${duration(clock - since * 1000)} ago` : "";
  const back = takenBack({ backend: served });
  const fate = back ? `and taken back at ${back.at}: ${back.why}` : "";
  const other = release === deployedRelease ? "" : `; ${deployedRelease} was deployed ${fate}`.trimEnd();
  return `${release || "none"}${ago}${other}`;
}

/** A line for each path of routes that has files. */
function fileSets(facts: Facts, { clock }: Inside): Status {
  const lines = facts.all("file-set", (path = "", served = "", deployedRelease = "", since = "0") => {
    return [`files ${path}`, release({ release: served, deployedRelease }, clock, Number(since))] as const;
  });
  return Object.fromEntries(lines);
}

function pm2({ backend, clock }: Inside): string {
  const app = application({ backend });
  if (!app) return backend.pm2 === "up" ? `${backend.name} is not there` : `pm2 is ${backend.pm2}`;
  const memory = `${Math.round((app.memory ?? 0) / 1_048_576)} MB`;
  return `${app.name} ${app.status} for ${duration(clock - app.startedAt)}, ${app.restarts} restarts, ${memory}${ends(backend.ends.length)}`;
}

/** A line of all processes, where there are several. */
function instances(inside: Inside, { held }: Connections): Status {
  const all = instancesOf(inside);
  if (all.length < 2) return {};
  const sockets = (pid: number) =>
    held.filter((each) => each.pid === pid).reduce((sum, each) => sum + each.sockets, 0);
  const one = (each: Application) =>
    isUp(each, inside)
      ? `port ${each.port ?? "?"} (process ${each.pid}, ${sockets(each.pid)} connections)`
      : `port ${each.port ?? "?"} IS DOWN (${each.status})`;
  const up = all.filter((each) => isUp(each, inside)).length;
  return { instances: `${up} of ${all.length} serve: ${all.map(one).join(", ")}` };
}

const ends = (count: number) =>
  count > 0 ? `; it ended by itself ${count === 1 ? "once" : `${count} times`} within 10 min` : "";

function nginx(inside: Inside): string {
  const { nginx, units } = inside;
  const state = units.find(({ name }) => name === "nginx")?.active ?? "absent";
  const count = (workers: readonly Worker[]) =>
    `${workers.length} ${workers.length === 1 ? "worker" : "workers"} with ${workers.reduce((sum, worker) => sum + worker.clients, 0)} connections`;
  const old = oldWorkersText({ inside });
  return `${state}, ${count(nginx.workers)}${old ? `, ${old}` : ""}, configuration ${nginx.valid ? "valid" : "refused"}`;
}

/** Files that the release wrote into its own folder, and those that are kept of releases that went. */
function data(facts: Facts): Status {
  const entries = readWritten(facts.text("written") ?? "");
  const [kept, bytes] = facts.one("kept");
  return {
    ...(entries.length > 0 && {
      "own files": `${writtenText(entries)} in the release's own folder, which the next release does not have; see backendShared`,
    }),
    ...(kept && { "kept files": `${kept} (${bytesText(Number(bytes))}), written by releases that are gone` }),
  };
}

/** A line for each service that the backend needs. */
function services({ services }: Inside): Status {
  return Object.fromEntries(
    services.map(({ name, load, active, sub, enabled }) => [
      `service ${name}`,
      load === "loaded" ? `${active} (${sub})${boot[enabled] ?? ""}` : load,
    ]),
  );
}

const boot: Record<string, string> = {
  enabled: ", starts at boot",
  static: ", started by the backend's own unit at boot",
  disabled: ", does not start at boot",
};

function certificate({ certificates, clock }: Inside): string {
  const [first] = certificates;
  if (!first || first.missing) return first ? `${first.path} is missing` : "none";
  return `${Math.floor((first.ends - clock) / 86_400_000)} days left, for ${first.names || "no name"}`;
}

/** Where the host renews it by ACME. */
function renewal({ acme, clock }: Inside): Status {
  if (!acme) return {};
  const trouble = renewalTrouble(acme, clock);
  if (trouble) return { renewal: `WARNING: ${trouble.text}` };
  const { next, did, at } = acme.last ?? {};
  return {
    renewal: `due ${time(Number(next))} UTC at the latest; last ${did ?? "order"} ${time(Number(at))} UTC`,
  };
}

/** The limit that is reached first, and how much of it is used. */
function capacity(inside: Inside): Status {
  const use = tightestUse(inside);
  if (!use) return {};
  const expected = inside.expected ? `; ${number(inside.expected)} are expected` : "";
  return { capacity: `${isNear(use) ? "WARNING: " : ""}${useText(use)}${expected}` };
}

function log(facts: Facts): string {
  return `${facts.one("errors")[0] ?? "0"} lines of nginx's error log ([error] or worse) since the deployment`;
}

function firewall({ firewall }: Inside): string {
  const open = firewall.allows.filter(({ v4 }) => /^(allow|limit)/.test(v4)).map(({ port }) => port);
  return `ufw ${firewall.ufw}${firewall.ufw === "active" ? `, lets in ${open.join(", ") || "nothing"}` : ""}`;
}

/** By the host's journal, a line of `name=value`; else by the files that the last run left. */
function lastUp(line: string | undefined, applied: number): string {
  if (!line) return applied > 0 ? `${time(applied)} UTC` : "never";
  const told = Object.fromEntries(line.split(" ").map((part) => part.split("=", 2) as [string, string]));
  return `${told.time} by ${told.user} from ${told.client}: ${told.step} ${told.result}`;
}

export function statusText(status: Status): string {
  const width = Math.max(...Object.keys(status).map((name) => name.length)) + 2;
  return Object.entries(status)
    .map(([name, said]) => `${name.padEnd(width)}${said}`)
    .join("\n");
}
