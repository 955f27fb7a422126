import { isIPv6 } from "node:net";

export interface Addresses {
  /** The backend's page. */
  url: string;
  wsUrl: string;
  /** Absent when TLS is off. */
  wssUrl?: string;
}

/**
 * Where the service answers. A private CA is unknown to browsers, so then the page's address is the one on port 80.
 *
 * @example addresses({ host: "203.0.113.7", tls: "off", websocketPath: "/ws" }).wsUrl // "ws://203.0.113.7/ws"
 */
export function addresses(site: {
  host: string;
  serverName?: string | undefined;
  tls: "self-signed" | "provided" | "off";
  websocketPath: string;
}): Addresses {
  const name = site.serverName ?? site.host;
  const authority = isIPv6(name) ? `[${name}]` : name;
  return {
    url: `${site.tls === "provided" ? "https" : "http"}://${authority}/`,
    wsUrl: `ws://${authority}${site.websocketPath}`,
    ...(site.tls !== "off" && { wssUrl: `wss://${authority}${site.websocketPath}` }),
  };
}
