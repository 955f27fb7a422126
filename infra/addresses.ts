import { isIPv6 } from "node:net";
import type { Handshake } from "./handshake/handshake.ts";
import { isHttpOnly, type RouteSettings, routesOf } from "./settings/routes.ts";
import type { Settings } from "./settings/schema.ts";

export interface Addresses {
  /** The backend's page. */
  url: string;
  /** Absent with `httpsOnly`, and where there is no WebSocket. */
  wsUrl?: string;
  /** Absent when TLS is off, and where there is no WebSocket. */
  wssUrl?: string;
  /** By `ws` and by `wss`, as far as there is each; a handshake by plain requests goes there by HTTP. */
  urls: string[];
  /** The first of them, as a client may type it. */
  first: string;
  /** Where an `up` proves the service: `wsUrl`, and every name by `wss`, or by `ws` when TLS is off. */
  proven: string[];
  /** Where it proves each other WebSocket of `routes`: the first name, by `wss`, or by `ws` when TLS is off. */
  others: { url: string; handshake?: Handshake | undefined }[];
}

/**
 * Where the service answers. The CA of `tls: self-signed` is unknown to browsers, so then the page's address is the one on
 * port 80.
 *
 * @example addresses({ host: "203.0.113.7", tls: "off", websocketPath: "/ws" }).wsUrl // "ws://203.0.113.7/ws"
 */
export function addresses(site: {
  host: string;
  serverName?: string[] | undefined;
  tls: Settings["tls"];
  httpsOnly?: boolean | undefined;
  websocketPath: string;
  routes?: RouteSettings["routes"];
}): Addresses {
  const names = site.serverName ?? [site.host];
  const [first = site.host] = names;
  const of = (scheme: string, name: string, path = site.websocketPath) =>
    `${scheme}://${authority(name)}${path}`;
  const browsersTrustIt = site.tls === "provided" || site.tls === "acme";
  const httpOnly = isHttpOnly(site);
  const plain = site.httpsOnly ? undefined : of("ws", first);
  const secure = site.tls === "off" ? undefined : of("wss", first);
  const urls = [plain, secure].filter((url) => url !== undefined);
  const safest = site.tls === "off" ? "ws" : "wss";
  const everyName = names.map((name) => of(safest, name));
  return {
    url: `${browsersTrustIt || site.httpsOnly ? "https" : "http"}://${authority(first)}/`,
    ...(plain && !httpOnly && { wsUrl: plain }),
    ...(secure && !httpOnly && { wssUrl: secure }),
    urls,
    first: (urls[0] ?? "").replace(/^ws/, httpOnly ? "http" : "ws"),
    proven: [...new Set([...(plain ? [plain] : []), ...everyName])],
    others: routesOf(site).flatMap((route) =>
      route.kind === "websocket" && route.path !== site.websocketPath
        ? [{ url: of(safest, first, route.path), handshake: route.handshake }]
        : [],
    ),
  };
}

const authority = (name: string) => (isIPv6(name) ? `[${name}]` : name);
