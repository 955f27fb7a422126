import type { TokenAnswer } from "../../infra/handshake/wrong-token.ts";
import { duration } from "../duration.ts";
import type { HopName } from "./hop-names.ts";
import type { AcmeSeen } from "./inside/observed.ts";
import { atBoot } from "./not-there.ts";
import type { Observations } from "./observations.ts";
import { clientsPass, hopOf } from "./rules/client.ts";
import { servicePorts } from "./rules/firewall.ts";
import { skew } from "./rules/host.ts";
import { workerConnections } from "./rules/limits.ts";
import { oldWorkersText } from "./rules/old-workers.ts";
import { application } from "./rules/pm2.ts";
import { provisionalText } from "./rules/taken-back.ts";

/** What is said of a hop that is well; undefined where it was not seen, or not seen to be well. */
export const details: Record<HopName, (seen: Observations) => string | undefined> = {
  name: ({ outside: { name } }) => name.addresses.join(", ") || undefined,
  tcp: (seen) => {
    const ports = seen.outside.ports.filter(({ port }) => servicePorts(seen).includes(port));
    const open = ports.length > 0 && ports.every(({ state }) => state === "open" || state === "no route");
    return open ? ports.map(({ port, ms }) => `${port} in ${ms} ms`).join(", ") : undefined;
  },
  firewall: ({ inside }) => (inside?.firewall.ufw === "active" ? "ufw active" : undefined),
  tls: ({ outside: { tls } }) => tls?.protocol || undefined,
  certificate: ({ outside: { tls } }) =>
    tls?.ends && !tls.problem ? `${Math.floor((tls.ends - Date.now()) / 86_400_000)} days left` : undefined,
  renewal: ({ inside }) => inside?.acme && renewalText(inside.acme),
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
  protocol: (seen) => {
    const way = seen.hasToken ? passed(seen, "protocol") : undefined;
    return way && `${seen.outside.client.handshake}: ${way}`;
  },
  token: (seen) => (seen.hasToken ? (passed(seen, "token") ?? letIn(seen)) : undefined),
  "wrong token": ({ outside: { wrongToken } }) => wrongToken && wrongTokenWords[wrongToken],
  heartbeat: (seen) => (seen.hasToken ? passed(seen, "heartbeat") : undefined),
  sync: (seen) => (seen.hasToken ? passed(seen, "sync") : undefined),
  log: ({ outside: { missingLines } }) => missingLines && "shows the client's way",
  "nginx on loopback": (seen) => loopback(seen, "nginx") ?? hungUp(seen, "nginx"),
  "backend on loopback": (seen) => loopback(seen, "backend") ?? hungUp(seen, "backend"),
  pm2: ({ inside }) => {
    const app = inside && application(inside);
    if (!inside || app?.status !== "online") return undefined;
    return `${app.name} online for ${duration(inside.clock - app.startedAt)}, ${app.restarts} restarts, ${Math.round((app.memory ?? 0) / 1_048_576)} MB${provisionalText(inside)}`;
  },
  services: ({ inside }) => inside?.services.map(({ name }) => name).join(", ") || undefined,
  limits: (seen) => {
    const workers = seen.inside?.nginx.workers ?? [];
    const used = Math.max(...workers.map(({ sockets }) => sockets));
    const old = oldWorkersText(seen);
    return workers.length > 0
      ? `${used} of ${workerConnections(seen)} connections in the fullest worker${old ? `; ${old}` : ""}`
      : undefined;
  },
  clock: (seen) => (seen.inside ? `${(Math.abs(skew(seen)) / 1000).toFixed(1)} s apart` : undefined),
  disk: ({ inside }) => inside?.disks.map(({ mount, usedPercent }) => `${mount} ${usedPercent}%`).join(", "),
  memory: ({ inside }) =>
    inside &&
    `${Math.round(inside.memory.availableKb / 1024)} MB of ${Math.round(inside.memory.totalKb / 1024)} MB free`,
  units: ({ inside }) => inside && "none failed",
  boot: ({ inside }) => {
    const names = inside ? atBoot(inside) : [];
    return names.length > 0
      ? `${names.join(" and ")} ${names.length > 1 ? "start" : "starts"} at boot`
      : undefined;
  },
  ssh: ({ inside }) => inside && "logged in; sudo works",
};

const wrongTokenWords: Record<TokenAnswer, string | undefined> = {
  refused: "refused",
  accepted: undefined, // A rule says so.
  "not wanted": undefined, // The same.
  "not asked": undefined,
  unknown: undefined,
};

const renewalText = ({ last }: AcmeSeen) =>
  last?.next ? `by ACME, due ${day(Number(last.next) * 1000)} at the latest` : "by ACME, its timer runs";

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** No hop of its own tells, and the other side of it does. */
const letIn = ({ outside }: Observations) =>
  outside.wrongToken === "refused" ? "let in, where a wrong one is refused" : undefined;

/** A client passed where each address has a row for it that is ok. */
function passed({ outside }: Observations, hop: HopName): string | undefined {
  const ways = outside.flows.map(({ url, rows }) => ({
    url,
    rows: rows.filter((row) => hopOf({ rows }, row.hop) === hop),
  }));
  const all = ways.every(({ rows }) => rows.every(({ status }) => status === "ok"));
  const shown = ways.filter(({ rows }) => rows.length > 0);
  if (!all || shown.length === 0) return undefined;
  return shown
    .map(({ url, rows }) => `${schemeOf(outside, url)} ${rows.reduce((sum, { ms }) => sum + ms, 0)} ms`)
    .join(", ");
}

/** An application without a WebSocket is asked by HTTP, at an address that is called as those of the others. */
function schemeOf({ client }: Observations["outside"], url: string): string {
  const scheme = new URL(url).protocol.slice(0, -1);
  return client.handshake === "http" ? scheme.replace("ws", "http") : scheme;
}

/** What the host itself was answered there, where that is well. */
export function loopback({ inside }: Pick<Observations, "inside">, to: string): string | undefined {
  const answer = inside?.loopback.find((each) => each.to === to)?.answer;
  return answer && /^HTTP\S+ [1-4]/.test(answer) ? answer.replace(/^HTTP\/\S+ /, "") : undefined;
}

/** A backend need not answer a client without a token, and the check on the host sends none. */
function hungUp(seen: Observations, to: string): string | undefined {
  const answer = (name: string) => seen.inside?.loopback.find((each) => each.to === name)?.answer ?? "";
  const silent = /^(closed|silence)$/.test(answer("backend"));
  return silent && clientsPass(seen) && answer(to) !== "refused"
    ? `a client without a token is ${answer("backend") === "closed" ? "hung up on" : "not answered"}`
    : undefined;
}
