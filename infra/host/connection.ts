import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** A machine that answers SSH, with the key by which it proves that it is the right one. */
export interface SshTarget {
  /** Address or name. */
  host: string;
  /** Port of its sshd; usually 22. */
  port: number;
  /** The user to log in as. */
  user: string;
  /** The pinned public key, as `ssh-ed25519 AAAA…`. See {@link resolveHostKey} of `host-key.ts`. */
  hostKey: string;
}

/**
 * How to reach the host. The SSH agent authenticates, so that no key lies in the state and two operators see
 * no difference; `privateKey` is for those who must.
 *
 * @example
 * const connection: HostConnection = { host: "203.0.113.10", port: 22, user: "ubuntu", hostKey: "ssh-ed25519 AAAA…" };
 */
export interface HostConnection extends SshTarget {
  /** A machine to go through, like `ssh -J`. */
  jumpHost?: SshTarget;
  /** Text of a private key, used for host and jump host instead of the agent. */
  privateKey?: string;
  /** The pass phrase of `privateKey`. */
  privateKeyPassword?: string;
}

type ConnectionArgs = types.input.remote.ConnectionArgs;

/** The same, with values that Pulumi may know only later. */
type Later<T> = { [Key in keyof T]: pulumi.Input<T[Key]> };
type LaterConnection = Later<Omit<HostConnection, "jumpHost">> & { jumpHost?: Later<SshTarget> };

/**
 * Four retries of ten seconds: enough for an sshd that drops connections at random when many come at once
 * (`MaxStartups`), and an operator with a silent host waits under a minute, not the plug-in's default of three.
 */
const dialling = { dialErrorLimit: 4, perDialTimeout: 10 } as const;

/** The same connection as `@pulumi/command` wants it. The private key, where there is one, is marked secret. */
export function connectionArgs(connection: LaterConnection): ConnectionArgs {
  const { jumpHost } = connection;
  const key = secretKey(connection);
  return { ...target(connection), ...key, ...(jumpHost && { proxy: { ...target(jumpHost), ...key } }) };
}

function target({ host, port, user, hostKey }: Later<SshTarget>) {
  return { host, port, user, hostKey, ...dialling };
}

function secretKey({ privateKey, privateKeyPassword }: LaterConnection) {
  if (privateKey === undefined) return {};
  return {
    privateKey: pulumi.secret(privateKey),
    ...(privateKeyPassword !== undefined && { privateKeyPassword: pulumi.secret(privateKeyPassword) }),
  };
}
