import { isIPv6 } from "node:net";
import { websocketPathPattern } from "../settings/checks.ts";
import { type PayloadFile, payload } from "./payload.ts";
import { matching, whole } from "./place.ts";
import type { PortSets } from "./ports.ts";
import { fill } from "./template.ts";

/** What the nginx site depends on. */
export interface SiteParameters {
  /** File name under /etc/nginx/sites-available; names in nginx's http context start with it. */
  siteName: string;
  /** Names and addresses by which clients reach the site. */
  serverNames: readonly string[];
  /** Path that is upgraded: `/ws`, `/socket.io/`, `/`. */
  websocketPath: string;
  /** Loopback ports of the backend. */
  ports: PortSets;
  /** Whether a client, by its address, stays at one of these ports. */
  sticky: boolean;
  /** How long a silent WebSocket is held, in seconds. */
  readTimeoutSeconds: number;
  /** Least `worker_connections`; a WebSocket takes two, and twice as many open files are allowed. */
  workerConnections: number;
  /** Whether port 443 is served too. */
  tls: boolean;
  /** Folder of fullchain.pem and privkey.pem on the host. */
  certificateFolder: string;
  /** Directives of the operator's own, by the block of nginx that includes them. */
  includes: Partial<Record<"http" | "server", string>>;
  /** Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto count. */
  trustedProxies: readonly string[];
}

/** What the site includes. `upstream.conf` there is a link to one of the two upstreams, which the host keeps. */
const includeFolder = "/etc/nginx/geo-system";

/**
 * The payload of step `site`: the site, its two upstreams, and what nginx.conf must allow at least.
 *
 * @throws if a value could leave its place in the file
 */
export function renderSite(parameters: SiteParameters): string {
  const site = placed(parameters);
  const names = site.serverNames.map(serverName).join(" ");
  const values = { ...site, names, prefix: site.siteName.replaceAll("-", "_") };
  const { a, b } = site.ports;
  return payload({ site: site.siteName, "worker-connections": site.workerConnections }, [
    {
      path: `/etc/nginx/sites-available/${site.siteName}`,
      text: fill("nginx/site.conf.eta", { ...values, includeFolder }),
    },
    upstream("a", { ...values, ports: a, others: b }),
    upstream("b", { ...values, ports: b, others: a }),
    ...ownDirectives(site.includes),
  ]);
}

const upstream = (set: keyof PortSets, values: object) => ({
  path: `${includeFolder}/upstream-${set}.conf`,
  text: fill("nginx/upstream.conf.eta", values),
});

/** In files of their own, so that nginx names the line that the operator wrote. */
function ownDirectives(includes: SiteParameters["includes"]): PayloadFile[] {
  return Object.entries(includes).map(([block, text]) => ({ path: `${includeFolder}/${block}.conf`, text }));
}

function placed(parameters: SiteParameters): SiteParameters {
  const { siteName, websocketPath, certificateFolder } = parameters;
  return {
    siteName: matching("siteName", siteName, /^[A-Za-z][A-Za-z0-9-]*$/),
    serverNames: parameters.serverNames.map((name) => matching("serverNames", name, /^[A-Za-z0-9.:-]+$/)),
    websocketPath: matching("websocketPath", websocketPath, websocketPathPattern),
    ports: {
      a: parameters.ports.a.map((value) => port("backendPort", value)),
      b: parameters.ports.b.map((value) => port("backendStandbyPort", value)),
    },
    sticky: parameters.sticky,
    readTimeoutSeconds: whole("readTimeoutSeconds", parameters.readTimeoutSeconds, 1, 2_147_483),
    workerConnections: whole("workerConnections", parameters.workerConnections, 64, 1_000_000),
    tls: parameters.tls,
    certificateFolder: matching("certificateFolder", certificateFolder, /^(\/[A-Za-z0-9._-]+)+$/),
    includes: parameters.includes,
    trustedProxies: parameters.trustedProxies.map((network) =>
      matching("trustedProxies", network, /^[0-9A-Fa-f:.]+(\/\d{1,3})?$/),
    ),
  };
}

const port = (name: string, value: number) => whole(name, value, 1, 65_535);

/** nginx compares with the Host header, where an IPv6 address stands in brackets. */
function serverName(name: string): string {
  return isIPv6(name) ? `[${name}]` : matching("serverNames", name, /^[A-Za-z0-9.-]+$/);
}
