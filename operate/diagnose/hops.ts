import type { Observations } from "./observations.ts";
import { application } from "./rules/backend.ts";
import { servicePorts } from "./rules/firewall.ts";
import { hopOf } from "./rules/flow.ts";
import { skew } from "./rules/host.ts";
import { workerConnections } from "./rules/limits.ts";
import { type Finding, type HopName, hopNames } from "./rules/rule.ts";

export type HopStatus = "ok" | "warn" | "fail" | "not reached";

/** One line of the table, and one member of `hops` in JSON. */
export interface Hop {
  name: HopName;
  status: HopStatus;
  detail: string;
}

/** What is said of a hop that is well; undefined where it was not seen, or not seen to be well. */
const details: Record<HopName, (seen: Observations) => string | undefined> = {
  name: ({ outside: { name } }) => name.addresses.join(", ") || undefined,
  tcp: (seen) => {
    const ports = seen.outside.ports.filter(({ port }) => servicePorts(seen).includes(port));
    const open = ports.length > 0 && ports.every(({ state }) => state === "open" || state === "no route");
    return open ? ports.map(({ port, ms }) => `${port} in ${ms} ms`).join(", ") : undefined;
  },
  firewall: ({ inside }) => inside && `ufw ${inside.firewall.ufw}`,
  tls: ({ outside: { tls } }) => tls?.protocol || undefined,
  certificate: ({ outside: { tls } }) =>
    tls?.ends && !tls.problem ? `${Math.floor((tls.ends - Date.now()) / 86_400_000)} days left` : undefined,
  nginx: ({ inside }) =>
    inside ? `runs, ${inside.nginx.workers.length} workers, configuration valid` : undefined,
  site: ({ inside }) =>
    inside?.nginx.enabled
      ? inside.nginx.deployedSite === undefined
        ? "as the guide has it"
        : "as deployed"
      : undefined,
  page: ({ outside: { page } }) => (page && page.status < 500 ? `HTTP ${page.status}` : undefined),
  upgrade: (seen) => passed(seen, "upgrade"),
  token: (seen) => (seen.hasToken ? passed(seen, "token") : undefined),
  "wrong token": ({ outside: { wrongToken } }) => wrongToken,
  heartbeat: (seen) => (seen.hasToken ? passed(seen, "heartbeat") : undefined),
  sync: (seen) => (seen.hasToken ? passed(seen, "sync") : undefined),
  log: ({ outside: { missingLines } }) => missingLines && "shows the client's way",
  "nginx on loopback": (seen) => loopback(seen, "nginx"),
  "backend on loopback": (seen) => loopback(seen, "backend"),
  pm2: ({ inside }) => {
    const app = inside && application(inside);
    if (!inside || app?.status !== "online") return undefined;
    return `${app.name} online for ${duration(inside.clock - app.startedAt)}, ${app.restarts} restarts, ${Math.round((app.memory ?? 0) / 1_048_576)} MB`;
  },
  limits: (seen) => {
    const used = Math.max(0, ...(seen.inside?.nginx.workers ?? []).map(({ sockets }) => sockets));
    return seen.inside
      ? `${used} of ${workerConnections(seen)} connections in the fullest worker`
      : undefined;
  },
  clock: (seen) => (seen.inside ? `${(Math.abs(skew(seen)) / 1000).toFixed(1)} s apart` : undefined),
  disk: ({ inside }) => inside?.disks.map(({ mount, usedPercent }) => `${mount} ${usedPercent}%`).join(", "),
  memory: ({ inside }) =>
    inside &&
    `${Math.round(inside.memory.availableKb / 1024)} MB of ${Math.round(inside.memory.totalKb / 1024)} MB free`,
  units: ({ inside }) => inside && "none failed",
  boot: ({ inside }) => inside && "nginx and pm2 start at boot",
  ssh: ({ inside }) => inside && "looked at the host as root",
};

/** A client passed where each address has a row for it that is ok. */
function passed({ outside }: Observations, hop: HopName): string | undefined {
  const ways = outside.flows.map(({ url, rows }) => ({
    url,
    rows: rows.filter((row) => hopOf(row.hop) === hop),
  }));
  const all = ways.every(({ rows }) => rows.every(({ status }) => status === "ok"));
  const shown = ways.filter(({ rows }) => rows.length > 0);
  if (!all || shown.length === 0) return undefined;
  return shown
    .map(
      ({ url, rows }) =>
        `${new URL(url).protocol.slice(0, -1)} ${rows.reduce((sum, { ms }) => sum + ms, 0)} ms`,
    )
    .join(", ");
}

function loopback({ inside }: Observations, to: string): string | undefined {
  const answer = inside?.loopback.find((each) => each.to === to)?.answer;
  return answer && /^HTTP\S+ [1-4]/.test(answer) ? answer.replace(/^HTTP\/\S+ /, "") : undefined;
}

export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.round(ms / 1000))} s`;
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

/** The table: each hop well, wrong, or not reached and why not. */
export function hopsOf(
  seen: Observations,
  findings: readonly Finding[],
  verdict: Finding | undefined,
): Hop[] {
  return hopNames.filter((name) => concerns(seen, name)).map((name) => hop(seen, name, findings, verdict));
}

/** Without TLS there is nothing to say of it. */
function concerns({ target }: Observations, name: HopName): boolean {
  return (name !== "tls" && name !== "certificate") || target.urls.some((url) => url.startsWith("wss:"));
}

function hop(
  seen: Observations,
  name: HopName,
  findings: readonly Finding[],
  verdict: Finding | undefined,
): Hop {
  const finding =
    findings.find((each) => each.hop === name && each.severity === "fail") ??
    findings.find((each) => each.hop === name);
  // What the client met because of something else is told there.
  if (finding && (finding === verdict || finding.severity === "warn" || !isClients(name))) {
    return { name, status: finding.severity, detail: finding.cause };
  }
  const detail = details[name](seen);
  if (detail !== undefined && detail !== "" && !finding) return { name, status: "ok", detail };
  return { name, status: "not reached", detail: whyNot(seen, name, verdict) };
}

const isClients = (name: HopName) => ["tcp", "tls", "upgrade", "token", "heartbeat", "sync"].includes(name);
const needsToken = new Set<HopName>(["token", "wrong token", "heartbeat", "sync", "log"]);
const fromOutside = new Set<HopName>([
  "name",
  "tcp",
  "tls",
  "certificate",
  "page",
  "upgrade",
  "token",
  "wrong token",
  "heartbeat",
  "sync",
]);

function whyNot({ hasToken, inside }: Observations, name: HopName, verdict: Finding | undefined): string {
  if (!hasToken && needsToken.has(name))
    return "no token is known: give one in --url, or in GEO_SYSTEM_TOKEN";
  if (!inside && !fromOutside.has(name)) return "nobody could look at the host";
  return verdict?.severity === "fail" ? `because of ${verdict.hop}` : "";
}
