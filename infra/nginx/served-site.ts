import { webSocketPaths } from "./offer.ts";
import type { Directive } from "./parse.ts";
import { upstreamsOf } from "./serving.ts";

/** What nginx serves of an application. */
export interface Site {
  file: string;
  names: string[];
  webSocketPaths: string[];
  /** Certificates with their keys, as files on the host. */
  certificates: { file: string; key: string }[];
  /** Proxies whose word of the client counts, and whether it is the PROXY header of each connection. */
  proxies: { trusted: string[]; protocol: boolean };
  /** What our site would not have, as nginx reads it. */
  others: string[];
}

/** The servers that pass to the port, taken together; undefined where none does. */
export function siteOf(configuration: readonly Directive[], port: number): Site | undefined {
  const http = configuration.find(({ name }) => name === "http");
  const all = named(http?.block, "server");
  const servers = all.filter((server) => locations(server).some((each) => passesTo(each, http, port)));
  const [first] = servers;
  if (!first) return undefined;
  const passing = (server: Directive) => ({
    ...server,
    block: locations(server).filter((each) => passesTo(each, http, port)),
  });
  const paths = unique(servers.map(passing).flatMap(webSocketPaths));
  const rest = all.filter(({ file }) => file === first.file).filter((each) => !servers.includes(each));
  return {
    file: first.file,
    names: unique(servers.flatMap((server) => values(server, "server_name"))).filter((name) => name !== "_"),
    webSocketPaths: paths,
    certificates: servers.flatMap(certificates),
    proxies: {
      trusted: unique(servers.flatMap((server) => values(server, "set_real_ip_from"))),
      protocol: servers.some(({ block }) => (block ?? []).some(isProxied)),
    },
    others: unique([
      ...servers.flatMap((server) => othersOf(server, (each) => passesTo(each, http, port), paths)),
      ...rest.map(directiveText),
    ]),
  };
}

/** Whether it is a `listen` that waits for a PROXY header. */
export const isProxied = ({ name, values }: Pick<Directive, "name" | "values">) =>
  name === "listen" && values.includes("proxy_protocol");

const named = (block: readonly Directive[] | undefined, name: string) =>
  (block ?? []).filter((each) => each.name === name);
const locations = ({ block }: Directive) => named(block, "location");
const values = ({ block }: Directive, name: string) => named(block, name).flatMap((each) => each.values);
const unique = (list: readonly string[]) => [...new Set(list)];

function passesTo(location: Directive, http: Directive | undefined, port: number): boolean {
  const [pass] = values(location, "proxy_pass");
  if (pass === undefined || !http) return false;
  return upstreamsOf({ http, server: location }, pass).some((address) =>
    new RegExp(`^(localhost|127\\.[\\d.]+|\\[::1\\]):${port}$`).test(address),
  );
}

function certificates(server: Directive): Site["certificates"] {
  const keys = values(server, "ssl_certificate_key");
  return values(server, "ssl_certificate").map((file, i) => ({ file, key: keys[i] ?? "" }));
}

/** What our site says too, or otherwise. */
const ours = /^(listen|server_name|ssl_certificate|ssl_certificate_key)$/;
const oursOfLocation = /^(proxy_pass|proxy_http_version|proxy_read_timeout|proxy_send_timeout)$/;
const ourHeaders = /^(host|upgrade|connection|x-real-ip|x-forwarded-(for|proto|host))$/i;

function othersOf(server: Directive, passes: (location: Directive) => boolean, paths: string[]): string[] {
  return (server.block ?? []).flatMap((each) => {
    if (ours.test(each.name) && !isProxied(each)) return [];
    const isOurs = each.name === "location" && each.values.length === 1 && passes(each);
    const [path = ""] = each.values;
    if (!isOurs || (path !== "/" && path !== paths[0])) return [directiveText(each)];
    return (each.block ?? []).filter(isOther).map((inner) => `location ${path} { ${directiveText(inner)} }`);
  });
}

const isOther = ({ name, values: [first = ""] }: Directive) =>
  !oursOfLocation.test(name) && !(name === "proxy_set_header" && ourHeaders.test(first));

/** In one line. */
export function directiveText({ name, values, block }: Directive): string {
  const head = [name, ...values.map(quoted)].join(" ");
  return block ? `${head} { ${block.map(directiveText).join(" ")} }` : `${head};`;
}

const quoted = (value: string) =>
  value === "" || /[\s;{}"']/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
