import type { Inside } from "../../../../../operate/diagnose/inside/observed.ts";
import type { Observations } from "../../../../../operate/diagnose/observations.ts";
import type { Flow, Outside } from "../../../../../operate/diagnose/outside/observed.ts";

const now = Date.UTC(2026, 10, 25, 3);
const far = Date.now() + 300 * 86_400_000;

/** A site as small as the users' guide has it. */
export const site = `server {
  listen 80 default_server;
  listen 443 ssl default_server;
  location /ws {
    proxy_pass http://localhost:3000;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header Host $host;
    proxy_read_timeout 86400s;
    proxy_send_timeout 86400s;
  }
}
`;

/** What `nginx -T` prints of it. */
export const printed = (text: string, connections = 20_000) =>
  `# configuration file /etc/nginx/nginx.conf:
events { worker_connections ${connections}; }
http { include /etc/nginx/sites-enabled/*; }
# configuration file /etc/nginx/sites-enabled/geo-system:
${text}`;

const hops = ["name", "tcp", "upgrade", "token", "ping", "sync", "close"];
const subjects = ["token", "ping", "sync"] as const;

export function flow(url: string, failure?: Flow["failure"]): Flow {
  const at = failure ? hops.indexOf(failure.hop) : hops.length;
  const rows = hops.map((hop, i) => ({
    ...{ url, hop, detail: "", ms: 1 },
    ...(subjects.some((about) => about === hop) && { about: hop as (typeof subjects)[number] }),
    status: i < at ? ("ok" as const) : i === at ? ("fail" as const) : ("not reached" as const),
  }));
  return { url, rows, ...(failure && { failure }) };
}

export const inside: Inside = {
  clock: now,
  deployed: ["backend", "certificate", "firewall", "packages", "site"],
  disks: [{ mount: "/", usedPercent: 40, freeKb: 9_000_000, inodesPercent: 5, readOnly: false, big: [] }],
  memory: { totalKb: 2_000_000, availableKb: 1_200_000 },
  failedUnits: [],
  defaultRoute: true,
  units: ["nginx", "ufw", "pm2-ubuntu"].map((name) => ({
    ...{ name, active: "active", sub: "running", enabled: "enabled" },
  })),
  services: [],
  listens: [{ address: "127.0.0.1", port: 3000, process: "node", pid: 50 }],
  owners: [{ port: 3000, pid: 50, pm2: true, command: "node server.js" }],
  firewall: {
    ufw: "active",
    otherwise: "deny",
    allows: [80, 443, 22].map((port) => ({ port, v4: `allow ${port}/tcp`, v6: `allow ${port}/tcp` })),
    drops: [],
    denies: [],
    exposed: [],
  },
  nginx: {
    ...{ present: true, valid: true, said: "", log: "", journal: "" },
    configuration: printed(site),
    workers: [
      { pid: 20, seconds: 500, files: 20, mostFiles: 40_000, sockets: 8, state: "S", clients: 4, kib: 9_000 },
    ],
    oldWorkers: [],
    newest: { seconds: 600, path: "/etc/nginx/sites-enabled/geo-system" },
    ...{ site, deployedSite: site, enabled: "/etc/nginx/sites-available/geo-system" },
  },
  certificates: [],
  keptCertificate: "",
  deployedCertificate: "abc",
  backend: {
    ...{ name: "geo-backend", user: "ubuntu", port: 3000, home: "/home/ubuntu", pm2: "up" },
    applications: [
      { name: "geo-backend", pid: 50, status: "online", restarts: 0, startedAt: now - 3_600_000, backoff: 0 },
    ],
    ...{
      release: "r1",
      deployedRelease: "r1",
      altered: [],
      shared: [],
      environment: "e1",
      deployedEnvironment: "e1",
    },
    ...{
      saved: true,
      ends: [],
      processes: [{ pid: 50, files: 24, mostFiles: 1024, allowedFiles: 524_288, residentKb: 90_000 }],
    },
    ...{ log: "", errors: "", errorsAge: 0, journal: "" },
  },
  loopback: [
    { to: "nginx", port: 80, answer: "HTTP/1.1 101 Switching Protocols" },
    { to: "backend", port: 3000, answer: "HTTP/1.1 101 Switching Protocols" },
  ],
};

export const outside: Outside = {
  name: { host: "203.0.113.7", addresses: ["203.0.113.7"] },
  ports: [80, 443, 22].map((port) => ({ address: "203.0.113.7", port, state: "open", ms: 3 })),
  tls: {
    ...{ protocol: "TLSv1.3", begins: far - 397 * 86_400_000, ends: far },
    ...{ names: "203.0.113.7", fingerprint: "abc", otherName: false },
  },
  page: { status: 200, server: "nginx", location: "", body: "" },
  client: { handshake: "example", knowsToken: true, showsToken: true, readsLog: true },
  flows: [flow("ws://203.0.113.7/ws"), flow("wss://203.0.113.7/ws")],
  wrongToken: "refused",
  missingLines: [],
};

/** All that is seen of a host that is well. */
export const healthy: Observations = {
  target: {
    ...{ host: "203.0.113.7", ssh: "ssh ubuntu@203.0.113.7", up: "npm run up", user: "ubuntu", sshPort: 22 },
    ...{
      urls: ["ws://203.0.113.7/ws", "wss://203.0.113.7/ws"],
      application: "geo-backend",
      site: "geo-system",
    },
  },
  askedAt: now,
  outside,
  inside,
  hasToken: true,
};

/** The host that is well, but for these observations. */
export const seen = (changes: Partial<Observations>): Observations => ({ ...healthy, ...changes });

/** The host that is well, but for what it says of itself here. */
export const host = (changes: Partial<Inside>): Observations => seen({ inside: { ...inside, ...changes } });

/** Every address fails alike. */
export const failing = (failure: NonNullable<Flow["failure"]>): Outside => ({
  ...outside,
  flows: outside.flows.map(({ url }) => flow(url, failure)),
});
