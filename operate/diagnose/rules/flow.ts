import type { Backend } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { failedFlows, flowRule, hopOf, met } from "./client.ts";
import { recentErrors } from "./crash.ts";
import { backendLog, nginxLog, pm2, putBack } from "./fix.ts";
import { mismatchRules } from "./mismatch.ts";
import { restored } from "./pm2.ts";
import { worry } from "./rule.ts";
import { changedSite } from "./site-text.ts";
import { tokenRules } from "./token.ts";

const changed = ({ altered }: Backend) =>
  altered.length > 0
    ? `; ${altered.slice(0, 3).join(", ")} of the release ${altered.length > 1 ? "were" : "was"} changed on the host`
    : "";

const mended = (seen: Observations) =>
  seen.inside ? restored(seen.target, seen.inside) : [pm2(seen.target, "restart"), backendLog(seen.target)];

const noHeartbeat = flowRule((seen, flow) => {
  if (hopOf(flow, flow.failure.hop) !== "heartbeat") return undefined;
  return {
    cause: `clients connect, and the backend does not answer their ping${seen.inside ? changed(seen.inside.backend) : ""}`,
    evidence: [met(flow)],
    fix: mended(seen),
    worry: "Yes: clients consider the connection dead, and keep reconnecting.",
  };
});

const noSync = flowRule((seen, flow) => {
  if (hopOf(flow, flow.failure.hop) !== "sync") return undefined;
  return {
    cause: `what one client does, the other one of the same account does not see${seen.inside ? changed(seen.inside.backend) : ""}`,
    evidence: [met(flow), ...lastErrors(seen)],
    fix: mended(seen),
    worry: worry.sync,
  };
});

const lastErrors = ({ inside }: Observations) => (inside ? recentErrors(inside).slice(-2) : []);

/** What no rule before knows: the client's own reading. What was changed on the host is the first suspect. */
const unexplained = flowRule((seen, flow) => ({
  cause: flow.failure.cause,
  evidence: [met(flow), ...changedSite(seen), ...lastErrors(seen), ...lastNginx(seen)],
  fix: suspects(seen),
  worry: worryOf(seen),
}));

/** That all are hit is said only where a client that says nothing gets no connection either. */
function worryOf(seen: Observations): string {
  const failed = failedFlows(seen);
  if (failed.length < seen.outside.flows.length) return worry.some;
  return failed.every(({ plainOpen }) => plainOpen === undefined || plainOpen === "refused")
    ? worry.down
    : worry.script;
}

function suspects(seen: Observations): string[] {
  const { inside, target } = seen;
  if (inside?.backend.altered.length) return mended(seen);
  if (changedSite(seen).length > 0) return [putBack(target, "site")];
  const restart = pm2(target, "restart");
  // A guess must not cut those who are served.
  const last =
    worryOf(seen) === worry.down ? restart : `# where these tell nothing, and few are connected: ${restart}`;
  return [nginxLog(target), backendLog(target), last];
}

const lastNginx = ({ inside }: Observations) =>
  (inside?.nginx.log ?? "")
    .split("\n")
    .filter((line) => /\[(error|crit|alert|emerg)\]/.test(line))
    .slice(-1);

export const flowRules = [...tokenRules, ...mismatchRules, noHeartbeat, noSync, unexplained];
