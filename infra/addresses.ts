import { isIPv6 } from "node:net";

export interface Addresses {
  /** The backend's page. */
  url: string;
  wsUrl: string;
  /** Absent when TLS is off. */
  wssUrl?: string;
  /** Where an `up` proves the service: `wsUrl`, and every name by `wss`, or by `ws` when TLS is off. */
  proven: string[];
}

/**
 * Where the service answers. A private CA is unknown to browsers, so then the page's address is the one on port 80.
 *
 * @example addresses({ host: "203.0.113.7", tls: "off", websocketPath: "/ws" }).wsUrl // "ws://203.0.113.7/ws"
 */
export function addresses(site: {
  host: string;
  serverName?: string[] | undefined;
  tls: "self-signed" | "provided" | "off";
  websocketPath: string;
}): Addresses {
  const names = site.serverName ?? [site.host];
  const [first = site.host] = names;
  const of = (scheme: string, name: string) => `${scheme}://${authority(name)}${site.websocketPath}`;
  const wsUrl = of("ws", first);
  const everyName = names.map((name) => of(site.tls === "off" ? "ws" : "wss", name));
  return {
    url: `${site.tls === "provided" ? "https" : "http"}://${authority(first)}/`,
    wsUrl,
    ...(site.tls !== "off" && { wssUrl: of("wss", first) }),
    proven: [...new Set([wsUrl, ...everyName])],
  };
}

const authority = (name: string) => (isIPv6(name) ? `[${name}]` : name);
