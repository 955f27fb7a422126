import { posix } from "node:path";
import { bareHost, portOf } from "../../../infra/handshake/open.ts";
import { readConfiguration } from "../../../infra/nginx/configuration.ts";
import { type Offer, offerOf } from "../../../infra/nginx/offer.ts";
import type { Directive } from "../../../infra/nginx/parse.ts";
import { parseNginx } from "../../../infra/nginx/parse.ts";
import type { Observations } from "../observations.ts";

/** What the host was deployed to offer; on a host that this package did not set up, what it offers. Undefined if unknown. */
export function offered(seen: Observations, url: URL): Offer | undefined {
  const nginx = seen.inside?.nginx;
  if (!nginx) return undefined;
  const { deployedSite, configuration, valid } = nginx;
  if (deployedSite === undefined && !valid) return undefined;
  const tree = deployedSite === undefined ? readConfiguration(configuration) : asTree(deployedSite, seen);
  const request = { host: url.hostname, port: portOf(url), path: url.pathname };
  return offerOf(tree, { ...request, address: seen.outside.name.addresses[0] });
}

function asTree(site: string, { target }: Observations): Directive[] {
  const file = `/etc/nginx/sites-available/${target.site}`;
  return [{ name: "http", values: [], file, block: parseNginx(site, file) }];
}

/** An application without one needs neither its path, nor its headers, nor its patience. */
export const speaksWebSocket = ({ outside: { client } }: Observations) => client.handshake !== "http";

/** A path that no WebSocket of the site has: whatever is said of its location, nothing was changed there. */
export function isStrangePath(seen: Observations, url: URL): boolean {
  const offer = speaksWebSocket(seen) ? offered(seen, url) : undefined;
  if (!offer?.serving || offer.paths.length === 0 || !isOurs(offer, seen)) return false;
  return !isHeld(offer);
}

/** A port on which the site is not served, nor was deployed to be. */
export function isStrangePort(seen: Observations, url: URL): boolean {
  const ports = offered(seen, url)?.ports ?? [];
  return ports.length > 0 && tellsOfPorts(seen, url) && !ports.some(({ port }) => port === portOf(url));
}

/**
 * Whether the host's ports say anything about an address. They do not where its name may lead to something in front of the host;
 * on a host that this package did not set up the usual port may have been forgotten there.
 */
export function tellsOfPorts({ target, inside }: Observations, url: URL): boolean {
  if (target.named !== undefined && bareHost(url) !== target.host) return false;
  return inside?.nginx.deployedSite !== undefined || url.port !== "";
}

/** Whether port 80 only redirects to `https:`, by `httpsOnly` or by hand. */
export function isSentOnToTls({ outside: { page } }: Observations, url: URL): boolean {
  const redirects = page !== undefined && [301, 302, 307, 308].includes(page.status);
  return url.protocol === "ws:" && redirects && page.location.startsWith(`https://${url.hostname}`);
}

/** Another site's server has a rule of its own. */
const isOurs = ({ serving }: Offer, { target }: Observations) =>
  serving !== undefined && posix.basename(serving.server.file) === target.site;

/** Whether the location that serves the request is one for WebSockets. */
export const isHeld = ({ serving, paths }: Offer) => paths.includes(serving?.location?.values.at(-1) ?? "");

/** The address that is offered in the place of this one; the same where nothing is wrong with it. */
export function rightAddress({ ports, paths }: Offer, url: URL): string {
  const same = ports.filter(({ tls }) => tls === (url.protocol === "wss:"));
  const port = same.find((each) => each.port === portOf(url)) ?? same[0] ?? ports[0];
  const scheme = port?.tls ? "wss" : "ws";
  const usual = port === undefined || port.port === (port.tls ? 443 : 80);
  const host = bareHost(url).includes(":") ? `[${bareHost(url)}]` : url.hostname;
  return `${scheme}://${host}${usual ? "" : `:${port.port}`}${rightPath(paths, url.pathname)}`;
}

/** The path itself, else the same but for a slash at its end, else the first. */
function rightPath(paths: readonly string[], path: string): string {
  const bare = (text: string) => text.replace(/\/$/, "");
  return (
    paths.find((each) => each === path) ?? paths.find((each) => bare(each) === bare(path)) ?? paths[0] ?? path
  );
}
