import { pulumiLine } from "../../../infra/pulumi-command.ts";
import type { Observations, SshFailure } from "../observations.ts";
import { on } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

/** Users are served, and the operator cannot log in. */
const noLogin: Rule = ({ ssh, target }) =>
  ssh && {
    ...{ hop: "ssh", severity: "warn" },
    cause: `nobody could log in to the host, so it was seen from outside only: ${ssh.cause}`,
    evidence: proof(ssh, target),
    fix: ssh.next
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => (target.named === undefined ? line : withoutStack(line)))
      .map((line) => `# ${line}`),
    worry: worry.users,
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

const blind: Rule = ({ blind: why, target }) => {
  if (why === undefined) return undefined;
  const { user } = target;
  const mayNot = sudoRefuses.test(why);
  return {
    ...{ hop: "ssh", severity: "warn" },
    cause: mayNot
      ? `${user} can log in, and not become root without a password, so the host was seen from outside only`
      : `${user} can log in, and the host cannot be looked at, so it was seen from outside only`,
    evidence: [why],
    fix: mayNot
      ? [
          `# as root on the host: visudo -f /etc/sudoers.d/geo-system, and in it the line: ${user} ALL=(ALL) NOPASSWD: ALL`,
        ]
      : [on(target, "uptime")],
    worry: mayNot ? worry.root : worry.blind,
  };
};

export const loginRules = [noLogin, blind];
