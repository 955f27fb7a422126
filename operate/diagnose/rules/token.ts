import { isLoginRefusal } from "../../../infra/handshake/login-refusal.ts";
import { pulumiLine } from "../../../infra/pulumi-command.ts";
import type { Observations } from "../observations.ts";
import { type Failed, flowRule, hopOf, met } from "./client.ts";
import { backendLog, on, pm2 } from "./fix.ts";
import { type Finding, type Rule, worry } from "./rule.ts";

const backendLines = ({ inside }: Observations) =>
  (inside?.backend.log ?? "")
    .split("\n")
    .filter((line) => /refus|clos|unauth|fail|error/i.test(line))
    .slice(-2);

const isExample = ({ outside: { client } }: Observations) => client.handshake === "example";

const tokenRefused = flowRule((seen, flow) => {
  if (
    accountIsFull(flow) ||
    !isLoginRefusal(flow.failure.seen) ||
    hopOf(flow, flow.failure.hop) === "heartbeat"
  )
    return undefined;
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
      : refusal(seen),
    evidence: [met(flow), ...backendLines(seen)],
    fix: other
      ? [
          on(target, `sudo ln -sfT environments/${inside.backend.deployedEnvironment} ${link}`),
          pm2(target, "restart"),
        ]
      : [target.up, backendLog(target)],
    worry: worry.token,
  };
});

const refusal = ({ outside: { client } }: Observations) =>
  client.showsToken
    ? "the backend refuses the token: it has expired, or was signed with another secret than the backend's"
    : "the backend wants a token, or a login, and the handshake shows none: see handshakeToken and docs/handshake.md";

/** Without a stack the token is the caller's own, or there is none: that it is refused is no outage. */
function ownToken(seen: Observations, flow: Failed, named: string): Omit<Finding, "hop" | "severity"> {
  const given = seen.outside.client.showsToken;
  const before =
    seen.inside || flow.failure.seen.status !== 401 ? "" : ", or nginx refuses by its own auth_basic";
  return {
    unknown: true,
    cause: given
      ? `the token that was given is refused: it has expired, or was signed with another secret than the backend's${before}`
      : `no token was given, and one is wanted${before}`,
    evidence: [met(flow), ...backendLines(seen)],
    fix: [
      "# log in on the page for a new token, and then:",
      `# GEO_SYSTEM_TOKEN=TOKEN npm run diagnose -- ${named}`,
      ...(given
        ? []
        : ["# where clients show it in another way: --handshake PRESET or --script FILE, docs/handshake.md"]),
    ],
    worry: given ? worry.ownToken : worry.noToken,
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
    cause: `the backend rejects this account, not its token: ${said}`,
    evidence: [met(flow), ...backendLines(seen)],
    fix: [
      backendLog(seen.target),
      ...(isExample(seen) && /windows|connections/.test(said)
        ? raised(seen, "MAX_CONNECTIONS_PER_USER 100")
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
    fix: [backendLog(seen.target), ...(isExample(seen) ? raised(seen, "MAX_CONNECTIONS 20000") : [])],
    worry: worry.some,
  };
});

/** Settings that the example backend knows. */
const raised = ({ target }: Observations, setting: string) => [
  `# raise it: ${pulumiLine(`config set --type string --path backendEnvironment.${setting}`)}`,
  target.up,
];

export const tokenRules: readonly Rule[] = [fullForOne, tokenRefused, full];
