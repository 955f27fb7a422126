import type { Directive } from "./parse.ts";

/** What serves a request: the server and the location that nginx would choose, the outermost block first. */
export interface Serving {
  http: Directive;
  server: Directive;
  location?: Directive;
}

export interface Request {
  host: string;
  port: number;
  path: string;
  /** By which the client comes: a server that listens on just that address goes before those that listen on all. */
  address?: string | undefined;
}

/** Chooses as nginx does; undefined where no server listens on the port. */
export function servingOf(configuration: readonly Directive[], request: Request): Serving | undefined {
  const http = configuration.find(({ name }) => name === "http");
  const listening = nearest(
    blocks(http, "server").filter((server) => listensOn(server, request.port)),
    request,
  );
  const server =
    listening.find((each) => hasName(each, request.host)) ??
    listening.find((each) => listens(each, request.port).some(({ values }) => values.some(isDefault))) ??
    listening[0];
  if (!http || !server) return undefined;
  const location = chooseLocation(blocks(server, "location"), request.path);
  return { http, server, ...(location && { location }) };
}

function blocks(of: Directive | undefined, name: string): Directive[] {
  return (of?.block ?? []).filter((each) => each.name === name && each.block);
}

const isDefault = (value: string) => value === "default_server" || value === "default";

function listens(server: Directive, port: number): Directive[] {
  return (server.block ?? []).filter(
    ({ name, values }) => name === "listen" && new RegExp(`^(.*:)?${port}$`).test(values[0] ?? ""),
  );
}

/** Those that listen on the client's own address, where there are any; a loopback's cannot be reached from outside. */
function nearest(servers: readonly Directive[], { port, address }: Request): Directive[] {
  const of = (server: Directive) => listens(server, port).map(({ values }) => hostOf(values[0] ?? ""));
  const own = servers.filter((server) => address !== undefined && of(server).includes(address));
  const all = servers.filter(
    (server) => of(server).length === 0 || of(server).some((host) => everywhere.test(host)),
  );
  return own.length > 0 ? own : all;
}

const everywhere = /^(\*|0\.0\.0\.0|::)?$/;
/** The address in `listen`: `[::]:80`, `192.0.2.7:80`, `80`. */
const hostOf = (listen: string) =>
  listen.includes(":") ? listen.replace(/:\d+$/, "").replace(/^\[|\]$/g, "") : "";

/** A server without `listen` listens on 80. */
function listensOn(server: Directive, port: number): boolean {
  const none = !server.block?.some(({ name }) => name === "listen");
  return none ? port === 80 : listens(server, port).length > 0;
}

function hasName(server: Directive, host: string): boolean {
  return (server.block ?? []).some(({ name, values }) => name === "server_name" && values.includes(host));
}

/** Exact, then the longest prefix where it says so, then the first expression, then the longest prefix. */
function chooseLocation(locations: readonly Directive[], path: string): Directive | undefined {
  const exact = locations.find(({ values }) => values[0] === "=" && values[1] === path);
  if (exact) return exact;
  const prefix = locations
    .filter(({ values }) => values.length === 1 || values[0] === "^~")
    .filter(({ values }) => path.startsWith(values.at(-1) ?? "/"))
    .sort((a, b) => (b.values.at(-1) ?? "").length - (a.values.at(-1) ?? "").length)[0];
  if (prefix?.values[0] === "^~") return prefix;
  return locations.find(({ values }) => /^~\*?$/.test(values[0] ?? "") && matches(values, path)) ?? prefix;
}

function matches([kind, expression = ""]: string[], path: string): boolean {
  try {
    return new RegExp(expression, kind === "~*" ? "i" : "").test(path);
  } catch {
    return false; // An expression of PCRE that JavaScript does not know.
  }
}

/** The values of a directive where it holds: in the innermost block that has it. Several lines count together. */
export function effective({ http, server, location }: Serving, name: string): string[][] {
  for (const block of [location, server, http]) {
    const found = (block?.block ?? []).filter((each) => each.name === name);
    if (found.length > 0) return found.map(({ values }) => values);
  }
  return [];
}

/** Whether the location's own block has it; `return` and `root` of a server are no answer of the location. */
export function own(location: Directive | undefined, name: string): string[] | undefined {
  return location?.block?.find((each) => each.name === name)?.values;
}

/** The addresses behind `proxy_pass`: of the upstream that it names, else its own. */
export function upstreamsOf({ http }: Serving, pass: string): string[] {
  const authority = /^https?:\/\/([^/]+)/.exec(pass)?.[1] ?? "";
  const upstream = blocks(http, "upstream").find(({ values }) => values[0] === authority);
  if (!upstream) return [authority];
  return (upstream.block ?? [])
    .filter(({ name, values }) => name === "server" && !values.includes("backup") && !values.includes("down"))
    .map(({ values }) => values[0] ?? "");
}

/** nginx's times in seconds: `86400s`, `24h`, `1d`, `60`, `1m 30s`. */
export function seconds(time: string): number {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let total = 0;
  for (const [, number, unit = "s"] of time.matchAll(/(\d+)(ms|[smhdw])?/g)) {
    total += Number(number) * (units[unit] ?? 1);
  }
  return total;
}
