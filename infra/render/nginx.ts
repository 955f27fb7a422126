import { isIPv6 } from "node:net";
import { websocketPathPattern } from "../settings/checks.ts";
import type { FilesRoute, Route } from "../settings/routes.ts";
import { withoutName } from "../step-names.ts";
import { sizesFor } from "./capacity.ts";
import { type PayloadFile, payload } from "./payload.ts";
import { matching, whole } from "./place.ts";
import type { PortSets } from "./ports.ts";
import { fill } from "./template.ts";

/** Where an application is found. */
export interface Upstream {
  /** Undefined where the host has one application without a name. */
  application?: string | undefined;
  /** Its loopback ports. */
  ports: PortSets;
  /** Whether a client, by its address, stays at one of these ports. */
  sticky: boolean;
}

/** What the nginx site depends on. */
export interface SiteParameters {
  /** File name under /etc/nginx/sites-available; names in nginx's http context start with it. */
  siteName: string;
  /** The host's own site that this one takes the place of, by its name under /etc/nginx/sites-enabled. */
  replaces?: string | undefined;
  /** Names and addresses by which clients reach the site. */
  serverNames: readonly string[];
  /** What is served by which path; what none fits is not found. */
  routes: readonly Route[];
  /** The applications that it leads to. */
  upstreams: readonly Upstream[];
  /** How long a silent WebSocket is held, in seconds. */
  readTimeoutSeconds: number;
  /** Least `worker_connections`; a WebSocket takes two, and twice as many open files are allowed. */
  workerConnections: number;
  /** Connections of clients that the host is to hold, where that is known. */
  expectedConnections?: number | undefined;
  /** How long a worker that a reload replaced may live, in seconds; 0: until its last connection ends. */
  workerShutdownSeconds: number;
  /** Whether port 443 is served too. */
  tls: boolean;
  /** Whether port 80 only redirects to 443, and answers an ACME CA. */
  httpsOnly: boolean;
  /** Folder of fullchain.pem and privkey.pem on the host. */
  certificateFolder: string;
  /** Folder of the answers to an ACME CA's challenges. */
  acmeWebroot: string;
  /** Directives of the operator's own, by the block of nginx that includes them. */
  includes: Partial<Record<"http" | "server", string>>;
  /** Addresses and networks whose word of the client counts. */
  trustedProxies: readonly string[];
  /** Whether that word is the PROXY header of each connection; else X-Forwarded-For and X-Forwarded-Proto. */
  proxyProtocol: boolean;
}

/** Where the step `file-set` puts what nginx serves itself. */
const fileSets = "/var/www/geo-system";

/**
 * What the site includes. `upstream.conf` there is a link to one of the two upstreams, which the host keeps; that of an
 * application with a name is in a folder of that name.
 */
const includeFolder = "/etc/nginx/geo-system";

/**
 * The payload of step `site`: the site, its two upstreams, and what nginx.conf must allow at least.
 *
 * @throws if a value could leave its place in the file
 */
export function renderSite(parameters: SiteParameters): string {
  const site = placed(parameters);
  const names = site.serverNames.map(serverName).join(" ");
  const sets = site.routes.filter((route) => route.kind === "files");
  // By the PROXY protocol a balancer hands on what it is sent: these headers are any client's.
  const forwards = site.trustedProxies.length > 0 && !site.proxyProtocol;
  const sizes = site.expectedConnections ? sizesFor(site.expectedConnections) : undefined;
  const prefix = site.siteName.replaceAll("-", "_");
  const upstreams = site.upstreams.map(namesOf);
  const upstreamOf = (route: { application?: string | undefined }) =>
    upstreams.find(({ application = withoutName }) => application === route.application) ?? upstreams[0];
  const values = {
    ...{ ...site, names, sets, forwards, fileSets, prefix, upstreams, upstreamOf },
    ...{ backlog: sizes?.backlog ?? defaultBacklog, sources: sources(sizes?.sources ?? 1) },
  };
  const settings = {
    site: site.siteName,
    replaces: site.replaces,
    "worker-connections": site.workerConnections,
    "open-files": sizes?.openFiles,
    "worker-shutdown-timeout": site.workerShutdownSeconds,
  };
  return payload({ ...settings, ...switched(site) }, [
    {
      path: `/etc/nginx/sites-available/${site.siteName}`,
      text: fill("nginx/site.conf.eta", { ...values, includeFolder }),
    },
    ...upstreams.flatMap((each) => [
      upstream("a", { ...values, ...each, ports: each.ports.a, others: each.ports.b }),
      upstream("b", { ...values, ...each, ports: each.ports.b, others: each.ports.a }),
    ]),
    ...ownDirectives(site.includes),
  ]);
}

/** The kernel's own most, on hosts of today. */
const defaultBacklog = 4096;

/** Loopback addresses and the share of each; none where the kernel's choice, 127.0.0.1, is enough. */
const sources = (count: number) =>
  Array.from({ length: count > 1 ? count : 0 }, (_, i) => ({
    address: `127.0.${Math.floor((i + 1) / 256)}.${(i + 1) % 256}`,
    share: i + 1 < count ? `${(100 / count).toFixed(2)}%` : "*",
  }));

/** For the reach of a change: who is no longer served. Absent where it is off, as in what earlier versions wrote. */
const switched = ({ httpsOnly, proxyProtocol }: SiteParameters) => ({
  ...(httpsOnly && { "https-only": "yes" }),
  ...(proxyProtocol && { "proxy-protocol": "yes" }),
});

/** What templates/scripts/backend-names.sh calls it. */
function namesOf(upstream: Upstream) {
  const { application } = upstream;
  const of = (name: string) => (application === undefined ? name : `${name}_${application}`);
  return {
    ...upstream,
    ...{ backend: of("geo_system_backend"), former: of("geo_system_former") },
    ...{ toFormer: of("former"), toCurrent: of("current") },
    folder: application === undefined ? includeFolder : `${includeFolder}/${application}`,
  };
}

const upstream = (set: keyof PortSets, values: { folder: string; [name: string]: unknown }) => ({
  path: `${values.folder}/upstream-${set}.conf`,
  text: fill("nginx/upstream.conf.eta", values),
});

/** In files of their own, so that nginx names the line that the operator wrote. */
function ownDirectives(includes: SiteParameters["includes"]): PayloadFile[] {
  return Object.entries(includes).map(([block, text]) => ({ path: `${includeFolder}/${block}.conf`, text }));
}

function placed(parameters: SiteParameters): SiteParameters {
  const { siteName, replaces, certificateFolder } = parameters;
  return {
    siteName: matching("siteName", siteName, /^[A-Za-z][A-Za-z0-9-]*$/),
    replaces: replaces && matching("takeOver.site", replaces, /^[A-Za-z0-9][A-Za-z0-9._-]*$/),
    serverNames: parameters.serverNames.map((name) => matching("serverNames", name, /^[A-Za-z0-9.:-]+$/)),
    routes: parameters.routes.map((route) => ({
      ...route,
      path: matching("routes", route.path, websocketPathPattern),
      ...(route.kind === "files" && filesOf(route)),
    })),
    upstreams: parameters.upstreams.map(({ application, ports, sticky }) => ({
      application: application && matching("applications", application, /^[a-z][a-z0-9-]*$/),
      ports: {
        a: ports.a.map((value) => port("backendPort", value)),
        b: ports.b.map((value) => port("backendStandbyPort", value)),
      },
      sticky,
    })),
    readTimeoutSeconds: whole("readTimeoutSeconds", parameters.readTimeoutSeconds, 1, 2_147_483),
    workerConnections: whole("workerConnections", parameters.workerConnections, 64, 1_000_000),
    expectedConnections:
      parameters.expectedConnections &&
      whole("expectedConnections", parameters.expectedConnections, 1000, 1_000_000),
    workerShutdownSeconds: whole("workerShutdownSeconds", parameters.workerShutdownSeconds, 0, 2_147_483),
    tls: parameters.tls,
    httpsOnly: parameters.httpsOnly,
    certificateFolder: matching("certificateFolder", certificateFolder, /^(\/[A-Za-z0-9._-]+)+$/),
    acmeWebroot: matching("acmeWebroot", parameters.acmeWebroot, /^(\/[A-Za-z0-9._-]+)+$/),
    includes: parameters.includes,
    trustedProxies: parameters.trustedProxies.map((network) =>
      matching("trustedProxies", network, /^[0-9A-Fa-f:.]+(\/\d{1,3})?$/),
    ),
    proxyProtocol: parameters.proxyProtocol,
  };
}

/** A fallback may only be what a path may be. */
const filesOf = ({ name, fallback }: FilesRoute) => ({
  name: matching("routes", name, /^[A-Za-z0-9._~+-]+$/),
  fallback: fallback && matching("routes", `/${fallback}`, websocketPathPattern).slice(1),
});

const port = (name: string, value: number) => whole(name, value, 1, 65_535);

/** nginx compares with the Host header, where an IPv6 address stands in brackets. */
function serverName(name: string): string {
  return isIPv6(name) ? `[${name}]` : matching("serverNames", name, /^[A-Za-z0-9.-]+$/);
}
