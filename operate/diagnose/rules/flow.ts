import { pulumiLine } from "../../../infra/pulumi-command.ts";
import type { Backend } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import { type Failed, failedFlows, flowRule, hopOf, met } from "./client.ts";
import { recentErrors } from "./crash.ts";
import { backendLog, nginxLog, on, pm2, putBack } from "./fix.ts";
import { restored } from "./pm2.ts";
import { type Finding, worry } from "./rule.ts";
import { changedSite } from "./site-text.ts";

const backendLines = ({ inside }: Observations) =>
  (inside?.backend.log ?? "")
    .split("\n")
    .filter((line) => /refus|clos|unauth|fail|error/i.test(line))
    .slice(-2);

const tokenRefused = flowRule((seen, flow) => {
  const { closeCode, status } = flow.failure.seen;
  if (accountIsFull(flow)) return undefined;
  if ((closeCode !== 1008 && status !== 401) || hopOf(flow.failure.hop) === "heartbeat") return undefined;
  const { inside, target } = seen;
  const other =
    inside &&
    inside.backend.environment !== inside.backend.deployedEnvironment &&
    inside.backend.deployedEnvironment !== "";
  if (!other && target.named !== undefined) return ownToken(seen, flow, target.named);
  const link = `/srv/${target.application}/secret.env`;
  return {
    cause: other
      ? `the backend refuses the token: it runs with other secrets than were deployed (${link} leads to ${inside.backend.environment})`
      : "the backend refuses the token: it has expired, or was signed with another secret than the backend's",
    evidence: [met(flow), ...backendLines(seen)],
    fix: other
      ? [
          on(target, `sudo ln -sfT environments/${inside.backend.deployedEnvironment} ${link}`),
          pm2(target, "restart"),
        ]
      : [target.up, backendLog(target)],
    worry: worry.down,
  };
});

/** Without a stack the token is the caller's own, or there is none: that it is refused is no outage. */
function ownToken(seen: Observations, flow: Failed, named: string): Omit<Finding, "hop" | "severity"> {
  const before =
    seen.inside || flow.failure.seen.status !== 401 ? "" : ", or nginx refuses by its own auth_basic";
  return {
    unknown: true,
    cause: seen.hasToken
      ? `the token that was given is refused: it has expired, or was signed with another secret than the backend's${before}`
      : `no token was given, and one is wanted${before}`,
    evidence: [met(flow), ...backendLines(seen)],
    fix: [
      "# log in on the page for a new token, and then:",
      `GEO_SYSTEM_TOKEN=TOKEN npm run diagnose -- ${named}`,
    ],
    worry: seen.hasToken ? worry.ownToken : worry.noToken,
  };
}

/** What a backend says to one user alone: a policy (1008) as a bad token is, and something else. */
const accountIsFull = ({ failure: { seen } }: Failed) =>
  /\btoo many\b|rate limit/i.test(seen.closeReason ?? "") || /of this account/i.test(seen.body ?? "");

const fullForOne = flowRule((seen, flow) => {
  if (!accountIsFull(flow)) return undefined;
  const { closeReason, body = "" } = flow.failure.seen;
  const said = closeReason ?? body;
  return {
    cause: `the backend turns this account away, not its token: ${said}`,
    evidence: [met(flow), ...backendLines(seen)],
    fix: [
      backendLog(seen.target),
      ...(/windows|connections/.test(said)
        ? [
            `# raise it: ${pulumiLine("config set --type string --path backendEnvironment.MAX_CONNECTIONS_PER_USER 100")}`,
            seen.target.up,
          ]
        : []),
    ],
    worry: worry.some,
  };
});

const full = flowRule((seen, flow) => {
  const { status, closeCode } = flow.failure.seen;
  if (status !== 503 && status !== 429 && closeCode !== 1013) return undefined;
  return {
    cause: `the backend is full: it takes no further connection (${status ?? closeCode})`,
    evidence: [met(flow), ...backendLines(seen)],
    fix: [
      backendLog(seen.target),
      `# raise it: ${pulumiLine("config set --type string --path backendEnvironment.MAX_CONNECTIONS 20000")}`,
      seen.target.up,
    ],
    worry: worry.some,
  };
});

const changed = ({ altered }: Backend) =>
  altered.length > 0
    ? `; ${altered.slice(0, 3).join(", ")} of the release ${altered.length > 1 ? "were" : "was"} changed on the host`
    : "";

const mended = (seen: Observations) =>
  seen.inside ? restored(seen.target, seen.inside) : [pm2(seen.target, "restart"), backendLog(seen.target)];

const noHeartbeat = flowRule((seen, flow) => {
  if (hopOf(flow.failure.hop) !== "heartbeat") return undefined;
  return {
    cause: `clients connect, and the backend does not answer their ping${seen.inside ? changed(seen.inside.backend) : ""}`,
    evidence: [met(flow)],
    fix: mended(seen),
    worry: "Yes: clients take the connection for dead, and connect again and again.",
  };
});

const noSync = flowRule((seen, flow) => {
  if (hopOf(flow.failure.hop) !== "sync") return undefined;
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
  worry: failedFlows(seen).length < seen.outside.flows.length ? worry.some : worry.down,
}));

function suspects(seen: Observations): string[] {
  const { inside, target } = seen;
  if (inside?.backend.altered.length) return mended(seen);
  if (changedSite(seen).length > 0) return [putBack(target, "site")];
  return [nginxLog(target), backendLog(target), pm2(target, "restart")];
}

const lastNginx = ({ inside }: Observations) =>
  (inside?.nginx.log ?? "")
    .split("\n")
    .filter((line) => /\[(error|crit|alert|emerg)\]/.test(line))
    .slice(-1);

export const flowRules = [fullForOne, tokenRefused, full, noHeartbeat, noSync, unexplained];
