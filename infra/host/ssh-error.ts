import { pulumiLine } from "../pulumi-command.ts";
import type { SshTarget } from "./connection.ts";
import { knownHostsName } from "./known-hosts.ts";
import { fingerprint } from "./public-key.ts";
import { operatorSsh } from "./ssh-config.ts";

/** The hop of an SSH connection that broke, in the order of the protocol. */
export type SshHop = "name" | "tcp" | "ssh" | "host key" | "login" | "command";

/** A failure of SSH that an operator may read: what happened, and below it what to do next. */
export class SshError extends Error {
  readonly hop: SshHop;
  /** The next thing to do or to type. */
  readonly next: string;

  constructor(hop: SshHop, cause: string, next: string) {
    super(`${cause}\n${next}`);
    this.name = "SshError";
    this.hop = hop;
    this.next = next;
  }
}

type Address = Pick<SshTarget, "host" | "port">;

/** `203.0.113.10`, `203.0.113.10 port 2222`. */
export function address({ host, port }: Address): string {
  return port === 22 ? host : `${host} port ${port}`;
}

/** `ssh ubuntu@203.0.113.10`, as a person types it. */
export function sshCommand(target: Omit<SshTarget, "hostKey">, jump?: Omit<SshTarget, "hostKey">): string {
  const via = jump ? `-J ${jump.user}@${jump.host}${jump.port === 22 ? "" : `:${jump.port}`} ` : "";
  return `ssh ${via}${target.port === 22 ? "" : `-p ${target.port} `}${target.user}@${target.host}`;
}

/**
 * A name of the operator's ssh_config is not another operator's: what it stands for belongs into the configuration, from
 * where it goes into the state. Undefined where it is none.
 */
function ofSshConfig(name: string): string | undefined {
  const { hostName, user, port, proxyJump } = operatorSsh(name);
  if (hostName === undefined || hostName === name) return undefined;
  const values = Object.entries({ host: hostName, user, port, jumpHost: proxyJump });
  const words = values.flatMap(([key, value]) =>
    value === undefined ? [] : [`--plaintext ${key}=${value}`],
  );
  return [
    `It is a name of your ssh_config. Others have another one: let the configuration say what it stands for`,
    `  ${pulumiLine(`config set-all ${words.join(" ")}`)}`,
  ].join("\n");
}

/** What a socket's error code means when connecting to sshd. */
export function unreachable(target: Address, code: string, seconds: number): SshError {
  const where = address(target);
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new SshError(
        "name",
        `the name ${target.host} cannot be resolved (${code})`,
        ofSshConfig(target.host) ??
          `Look for a slip in it, or ask the name server: getent hosts ${target.host}`,
      );
    case "ECONNREFUSED":
      return new SshError(
        "tcp",
        `${target.host} refuses connections on port ${target.port}: no sshd listens there`,
        `If it listens elsewhere: ${pulumiLine("config set port <port>")}. Else, on the host's console: sudo systemctl status ssh`,
      );
    case "ETIMEDOUT":
      return new SshError(
        "tcp",
        `${target.host} did not answer on port ${target.port} within ${seconds} s: it is off, or a firewall drops the packets`,
        `Let this machine in at the cloud's firewall (security group), then: nc -vz ${target.host} ${target.port}`,
      );
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return new SshError(
        "tcp",
        `there is no route to ${where} (${code})`,
        `Look at the address and at this machine's network: ip route get ${target.host}`,
      );
    default:
      return new SshError(
        "tcp",
        `${where} cannot be reached: ${code}`,
        `Try: nc -vz ${target.host} ${target.port}`,
      );
  }
}

/** The host showed another key than the pinned one: the text that must not be overlooked. */
export function changedHostKey(target: SshTarget, found: string): SshError {
  const name = knownHostsName(target.host, target.port);
  return new SshError(
    "host key",
    [
      `WARNING: ${address(target)} IS NOT THE HOST IT WAS: IT SHOWS ANOTHER HOST KEY.`,
      `expected: ${fingerprint(target.hostKey)}`,
      `found:    ${fingerprint(found)}`,
      "Someone may be intercepting the connection, or the host was reinstalled.",
      "Nothing was sent to it.",
    ].join("\n"),
    [
      "Only if you know that it was reinstalled, and its console shows the fingerprint found above:",
      `  ssh-keygen -R '${name}'    forgets the old key of known_hosts, and`,
      `  ${pulumiLine(`config set hostKey '${found}'`)}    where the configuration holds it`,
    ].join("\n"),
  );
}
