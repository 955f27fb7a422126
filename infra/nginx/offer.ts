import type { Directive } from "./parse.ts";
import { own, type Request, type Serving, servingOf } from "./serving.ts";

/** What a configuration offers to clients. */
export interface Offer {
  /** Where it listens, each port once. */
  ports: { port: number; tls: boolean }[];
  /** The paths of the server for that request on which WebSockets are held. */
  paths: string[];
  /** By what the request itself would be served. */
  serving: Serving | undefined;
}

/** @param request the port is looked for on each of the servers where none of them listens there */
export function offerOf(tree: readonly Directive[], request: Request): Offer {
  const servers = (tree.find(({ name }) => name === "http")?.block ?? []).filter(
    ({ name }) => name === "server",
  );
  const ports = servers
    .flatMap(portsOf)
    .filter(({ port }, i, all) => all.findIndex((each) => each.port === port) === i);
  const served = [request.port, ...ports.map(({ port }) => port)].map((port) =>
    servingOf(tree, { ...request, port }),
  );
  const serving = served.find((each) => each !== undefined);
  return { ports, paths: serving ? webSocketPaths(serving.server) : [], serving };
}

/** A server without `listen` listens on 80. */
function portsOf({ block = [] }: Directive): Offer["ports"] {
  const listens = block.filter(({ name }) => name === "listen").map(({ values }) => values);
  return (listens.length > 0 ? listens : [["80"]]).flatMap(([address = "", ...rest]) => {
    const port = /(?:^|:)(\d+)$/.exec(address)?.[1];
    return port === undefined ? [] : [{ port: Number(port), tls: rest.includes("ssl") }];
  });
}

/** Of locations that have a path, and say something of their own about an upgrade or about patience. */
export function webSocketPaths({ block = [] }: Directive): string[] {
  const [plain, exact] = [/^\//, /^(=|\^~)$/];
  return block
    .filter(({ name, values }) => name === "location" && (values.length === 1 || exact.test(values[0] ?? "")))
    .filter((location) => own(location, "proxy_pass") && holdsWebSockets(location))
    .map(({ values }) => values.at(-1) ?? "")
    .filter((path) => plain.test(path));
}

const holdsWebSockets = ({ block = [] }: Directive) =>
  block.some(
    ({ name, values }) =>
      name === "proxy_read_timeout" ||
      (name === "proxy_set_header" && values[0]?.toLowerCase() === "upgrade"),
  );
