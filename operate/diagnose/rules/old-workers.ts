import { isMany } from "../../../infra/host/old-workers.ts";
import { readConfiguration } from "../../../infra/nginx/configuration.ts";
import { duration } from "../../duration.ts";
import type { Observations } from "../observations.ts";
import { on } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

/** What old workers hold: connections that no limit of the current ones counts. */
export function oldWorkersText({ inside }: Pick<Observations, "inside">): string | undefined {
  const old = inside?.nginx.oldWorkers ?? [];
  const sum = (of: "clients" | "kib") => old.reduce((all, worker) => all + worker[of], 0);
  const which =
    old.length === 1
      ? "1 old worker, which a reload has replaced, holds"
      : `${old.length} old workers, which reloads have replaced, hold`;
  return old.length > 0 ? `${which} ${sum("clients")} connections and ${megabytes(sum("kib"))}` : undefined;
}

const megabytes = (kib: number) => `${Math.round(kib / 1024)} MB`;

/** Users are served; what is used up is memory, a reload at a time. */
export const manyOldWorkers: Rule = (seen) => {
  const { workers = [], oldWorkers: old = [] } = seen.inside?.nginx ?? {};
  const text = oldWorkersText(seen);
  if (!text || !isMany(old.length, workers.length)) return undefined;
  const clients = old.reduce((all, worker) => all + worker.clients, 0);
  return {
    ...{ hop: "limits", severity: "warn" },
    cause: `${text} of the host's memory`,
    evidence: old
      .slice(0, 5)
      .map(
        ({ pid, seconds, clients, kib }) =>
          `worker ${pid}: runs for ${duration(seconds * 1000)}, ${clients} connections, ${megabytes(kib)}`,
      ),
    fix: [
      endOfOldWorkers(seen),
      `# sooner, which cuts ${clients} connections, whose clients reconnect: ${on(seen.target, `sudo kill -TERM ${old.map(({ pid }) => pid).join(" ")}`)}`,
    ],
    worry: worry.soon,
  };
};

function endOfOldWorkers({ inside, target }: Observations): string {
  const tree = readConfiguration(inside?.nginx.configuration ?? "");
  const [limit] = tree.find(({ name }) => name === "worker_shutdown_timeout")?.values ?? [];
  return limit && !/^0(ms|s)?$/.test(limit)
    ? `# each ends with its last connection, and at the latest ${limit} after the reload that replaced it, where it was started with that (worker_shutdown_timeout)`
    : `# each ends with its last connection: nginx has no worker_shutdown_timeout, which the key workerShutdownTimeout sets: ${target.up}`;
}
