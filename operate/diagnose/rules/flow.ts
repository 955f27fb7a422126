import { pulumiLine } from "../../../infra/pulumi-command.ts";
import type { HopName } from "../hop-names.ts";
import type { Backend } from "../inside/observed.ts";
import type { Observations } from "../observations.ts";
import type { Flow } from "../outside/observed.ts";
import { trustedByNobodyHere } from "./certificate.ts";
import { recentErrors } from "./crash.ts";
import { backendLog, nginxLog, on, pm2, putBack } from "./fix.ts";
import { restored } from "./pm2.ts";
import { type Finding, type Rule, worry } from "./rule.ts";
import { differences } from "./site-text.ts";

/** Where on its way a client stopped, in the words of the table. Steps of a script have names of their own. */
export function hopOf(hop: string): HopName {
  if (hop === "name" || hop === "tcp" || hop === "tls" || hop === "upgrade") return hop;
  if (/ping|heart/i.test(hop)) return "heartbeat";
  if (/second|sync|create|delete|close/i.test(hop)) return "sync";
  return "token";
}

type Failed = Flow & { failure: NonNullable<Flow["failure"]> };

export const failedFlows = (seen: Observations): Failed[] =>
  seen.outside.flows.filter(
    (flow): flow is Failed =>
      flow.failure !== undefined && !(trustedByNobodyHere(seen) && flow.failure.hop === "tls"),
  );

/** A rule about what the client itself met, where nothing on the host explains it better. */
const flowRule =
  (look: (seen: Observations, flow: Failed) => Omit<Finding, "hop" | "severity"> | undefined): Rule =>
  (seen) => {
    const [flow] = failedFlows(seen);
    const found = flow && look(seen, flow);
    return found && { hop: hopOf(flow.failure.hop), severity: "fail", ...found };
  };

const backendLines = ({ inside }: Observations) =>
  (inside?.backend.log ?? "")
    .split("\n")
    .filter((line) => /refus|clos|unauth|fail|error/i.test(line))
    .slice(-2);

const met = ({ url, failure }: Failed) => `${url}: ${failure.cause}`;

/** What in nginx's own files answers with a status, whatever the backend would say. */
const directives: Record<number, string> = {
  401: "auth_basic|auth_request|auth_jwt",
  403: "deny|auth_request",
  429: "limit_req|limit_conn|return",
  503: "limit_req|limit_conn|return",
};

/** The backend upgrades, and nginx before it refuses: the backend is not to blame, nor the site as it was deployed. */
const nginxItself = flowRule((seen, flow) => {
  const { status = 0, body = "" } = flow.failure.seen;
  const said = (to: string) => seen.inside?.loopback.find((each) => each.to === to)?.answer ?? "";
  const limited = limits(seen).filter(() => status === 503 || status === 429);
  const refuses = said("nginx").includes(` ${status} `) || limited.length > 0 || /\bnginx\b/.test(body);
  const pattern = directives[status];
  if (!pattern || !refuses || !said("backend").includes(" 101 ") || changedSite(seen).length > 0)
    return undefined;
  return {
    cause: `nginx itself answers ${status} before the backend is asked: not by the site, which is as it was deployed, but by another of its files`,
    evidence: [
      met(flow),
      `on the host itself: nginx ${said("nginx")}, the backend ${said("backend")}`,
      ...limited,
    ],
    fix: [on(seen.target, `sudo grep -rnE '${pattern}' /etc/nginx`), nginxLog(seen.target)],
    worry: worry.down,
  };
});

/** nginx writes down whom it turned away by a limit of its own. */
const limits = ({ inside }: Observations) =>
  (inside?.nginx.log ?? "")
    .split("\n")
    .filter((line) => /limiting (connections|requests)/.test(line))
    .slice(-1);

const tokenRefused = flowRule((seen, flow) => {
  const { closeCode, status } = flow.failure.seen;
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

/** The lines by which the site is not the one that was deployed. */
function changedSite({ inside }: Observations): string[] {
  const { site, deployedSite } = inside?.nginx ?? {};
  return site === undefined || deployedSite === undefined ? [] : differences(deployedSite, site).slice(0, 3);
}

const lastNginx = ({ inside }: Observations) =>
  (inside?.nginx.log ?? "")
    .split("\n")
    .filter((line) => /\[(error|crit|alert|emerg)\]/.test(line))
    .slice(-1);

/** The first of the operators' own rules: no record of a connection means that the service is down. */
const noTraces: Rule = ({ outside: { missingLines }, inside, target }) =>
  // It is pm2 that writes the log.
  missingLines && missingLines.length > 0 && !inside?.backend.silentPm2
    ? {
        ...{ hop: "log", severity: "warn" },
        cause:
          "a client went all the way, and the backend's log does not show it: it logs elsewhere, or not at all",
        evidence: missingLines.map((line) => `no line like ${line}`),
        fix: [backendLog(target)],
        worry: worry.soon,
      }
    : undefined;

const anyToken: Rule = ({ outside: { wrongToken }, target }) =>
  wrongToken === "accepted"
    ? {
        ...{ hop: "wrong token", severity: "warn" },
        cause: "the backend lets a client in with a wrong token",
        evidence: ['a client with the token "not-a-token" got the answer of a good one'],
        fix: [backendLog(target)],
        worry: "Yes: anybody can connect.",
      }
    : undefined;

export const flowRules = [nginxItself, tokenRefused, full, noHeartbeat, noSync, unexplained];
export const flowWarnings = [anyToken, noTraces];
