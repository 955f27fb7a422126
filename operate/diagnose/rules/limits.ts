import { isNear, mostConnections, tightestUse, useText } from "../capacity.ts";
import type { Worker } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { outOfFiles } from "./backend.ts";
import { on, putBack, reloadNginx } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

export const workerConnections = ({ inside }: Observations): number =>
  inside ? mostConnections(inside) : 512;

const said = ({ inside }: Observations, words: RegExp) =>
  inside?.nginx.log
    .split("\n")
    .filter((line) => words.test(line))
    .slice(-1) ?? [];

const clientFails = ({ outside }: Observations) => outside.flows.some(({ failure }) => failure);

/** Put back what was deployed, which raises the limits; else by hand. */
const raise = ({ inside, target }: Observations, directive: string) =>
  inside?.deployed.includes("site")
    ? [putBack(target, "site")]
    : [`# in /etc/nginx/nginx.conf, by hand: ${directive}, and then:`, reloadNginx(target)];

/** Each WebSocket takes two. What listens counts as well, and a few are kept for nginx itself. */
const connectionsUsedUp: Rule = (seen) => {
  const workers = seen.inside?.nginx.workers ?? [];
  const most = workerConnections(seen);
  const full = workers.find(({ sockets }) => sockets >= most - 4 || sockets >= 0.9 * most);
  if (!full) return undefined;
  const failing = clientFails(seen);
  return {
    ...{ hop: "limits", severity: failing ? "fail" : "warn" },
    cause: `nginx is full: a worker has ${full.sockets} connections open, and worker_connections is ${most}`,
    evidence: [
      `worker ${full.pid}: ${full.sockets} sockets`,
      ...said(seen, /worker_connections are not enough/),
    ],
    fix: raise(seen, "worker_connections 20000;"),
    worry: failing ? worry.some : worry.soon,
  };
};

/**
 * nginx tells its workers through a socket to make way, and with it sends one that a worker without descriptors cannot
 * take: it never hears of the reload and goes on. A signal reaches it; its connections stay until they end.
 */
const makeWay = (target: Observations["target"], workers: readonly Worker[]) =>
  on(target, `sudo kill -QUIT ${workers.map(({ pid }) => pid).join(" ")}`);

const filesUsedUp: Rule = (seen) => {
  const workers = (seen.inside?.nginx.workers ?? []).filter(
    ({ files, mostFiles }) => mostFiles > 0 && files >= mostFiles - 2,
  );
  const [full] = workers;
  const line = said(seen, /Too many open files/);
  if (!full || (line.length === 0 && !clientFails(seen))) return undefined;
  return {
    ...{ hop: "limits", severity: "fail" },
    cause: `nginx has no file descriptor left: ${full.files} of ${full.mostFiles} are open`,
    evidence: [`worker ${full.pid}: ${full.files} open files, at most ${full.mostFiles}`, ...line],
    fix: [makeWay(seen.target, workers), ...raise(seen, "worker_rlimit_nofile 40000;")],
    worry: worry.some,
  };
};

/**
 * What nginx said of the last request that failed: of one it has two lines where it tried the standby as well, and another
 * failure since then tells that this one is over.
 */
function lastFailure({ inside }: Observations): string[] {
  const errors = (inside?.nginx.log ?? "")
    .split("\n")
    .filter((line) => /\[(error|crit|alert|emerg)\]/.test(line));
  const last = errors.slice(-1);
  const [connection] = / \*\d+ /.exec(last[0] ?? "") ?? [];
  return connection ? errors.filter((line) => line.includes(connection)) : last;
}

const portsUsedUp: Rule = (seen) => {
  const line = lastFailure(seen)
    .filter((each) => each.includes("(99: Cannot assign requested address)"))
    .slice(-1);
  if (line.length === 0 || !seen.outside.flows.some(({ failure }) => failure?.seen.status === 502))
    return undefined;
  return {
    ...{ hop: "limits", severity: "fail" },
    cause: "nginx has no port left for another connection to the backend",
    evidence: line,
    fix: [on(seen.target, "sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'")],
    worry: worry.some,
  };
};

const conntrack: Rule = ({ inside, target }) => {
  const { used, most } = inside?.conntrack ?? { used: 0, most: 1 };
  if (used < 0.9 * most) return undefined;
  return {
    ...{ hop: "limits", severity: used >= most ? "fail" : "warn" },
    cause: `the host's table of connections is ${used >= most ? "full" : "nearly full"}: ${used} of ${most}`,
    evidence: [`nf_conntrack_count ${used}, nf_conntrack_max ${most}`],
    fix: [on(target, `sudo sysctl -w net.netfilter.nf_conntrack_max=${most * 4}`)],
    worry: used >= most ? worry.some : worry.soon,
  };
};

const usedUp = [filesUsedUp, connectionsUsedUp, portsUsedUp, conntrack];

/** Before any of them is used up; of those that are, their own rules tell. */
const nearlyFull: Rule = (seen) => {
  const use = seen.inside && tightestUse(seen.inside);
  if (!use || !isNear(use) || [...usedUp, outOfFiles].some((rule) => rule(seen))) return undefined;
  return {
    ...{ hop: "limits", severity: "warn" },
    cause: `the host is nearly full: ${useText(use)}`,
    evidence: [],
    fix: [
      `# the key expectedConnections raises every limit that can be raised, and says which one cannot: ${seen.target.up}`,
    ],
    worry: worry.soon,
  };
};

export const limitRules = [...usedUp, nearlyFull];
