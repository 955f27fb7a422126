import { pulumiLine } from "../../../infra/pulumi-command.ts";
import type { Observations, SshFailure } from "../observations.ts";
import { on } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

/** Where no packet comes through to sshd, nothing that is typed here changes that. */
const isOnTheWay = ({ hop }: SshFailure) => hop === "name" || hop === "tcp";

const clientsFail = ({ outside }: Observations) => outside.flows.some(({ failure }) => failure);

/** Users are served or not, and the operator cannot log in. */
const noLogin: Rule = (seen) => {
  const { ssh, target } = seen;
  if (!ssh) return undefined;
  return {
    ...{ hop: "ssh", severity: "warn", hides: !isOnTheWay(ssh) },
    cause: `logging in to the host failed, so it was checked from outside only: ${ssh.cause}`,
    evidence: proof(ssh, target),
    fix: ssh.next
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => (target.named === undefined ? line : withoutStack(line)))
      .map((line) => `# ${line}`),
    worry: clientsFail(seen) ? worry.hidden : worry.users,
  };
};

/** No stack, no `up`, no configuration: there are options for it. */
function withoutStack(line: string): string {
  if (line.includes("npm run up")) return "Or name its file: --identity FILE";
  return line
    .replace(pulumiLine("config set port "), "--port ")
    .replace("for everybody who uses this stack", "for this run")
    .replace(pulumiLine("config set hostKey "), "--host-key ");
}

/** Below a refused login stand the keys. */
function proof({ hop, seen }: SshFailure, { user, host, sshPort }: Observations["target"]): string[] {
  if (seen.length === 0) return [`the login: ${user}@${host}, port ${sshPort}`];
  return hop === "login" ? seen.map((key) => `offered: ${key}`) : seen;
}

/** What sudo says where it wants a password, or does not know the user. */
const sudoRefuses = /sudo: .*(password|not allowed|terminal)|not in the sudoers|may not run/i;

const blind: Rule = (seen) => {
  const { blind: why, target } = seen;
  if (why === undefined) return undefined;
  const { user } = target;
  const mayNot = sudoRefuses.test(why);
  const well = mayNot ? worry.root : worry.blind;
  return {
    ...{ hop: "ssh", severity: "warn", hides: mayNot },
    cause: mayNot
      ? `${user} can log in, and not become root without a password, so the host was seen from outside only`
      : `${user} can log in, and the host cannot be looked at, so it was seen from outside only`,
    evidence: [why],
    fix: mayNot
      ? [
          `# as root on the host: visudo -f /etc/sudoers.d/geo-system, and in it the line: ${user} ALL=(ALL) NOPASSWD: ALL`,
        ]
      : [on(target, "uptime")],
    worry: clientsFail(seen) ? worry.hidden : well,
  };
};

export const loginRules = [noLogin, blind];
