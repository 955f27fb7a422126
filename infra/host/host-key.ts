import type { SshTarget } from "./connection.ts";

export interface HostKeyRequest {
  host: string;
  port: number;
  user: string;
  /** What the configuration says, if anything: `ssh-ed25519 AAAA…`. */
  hostKey?: string;
  /** The configuration key that holds it, for the command in an error; default `hostKey`. */
  setting?: string;
  /** The machine to go through, its own key already resolved. */
  jumpHost?: SshTarget;
  /** Text of a private key for the jump host; default: the agent. */
  privateKey?: string;
  privateKeyPassword?: string;
  /** Files to look in; default: those that OpenSSH reads. */
  knownHosts?: readonly string[];
  /** Milliseconds for the one dial that an unknown host takes; default 10,000. */
  timeoutMs?: number;
}

/** The pinned key of a host, `ssh-ed25519 AAAA…`. Throws, with the command that accepts it, when it is not known. */
export async function resolveHostKey(_request: HostKeyRequest): Promise<string> {
  throw new Error("resolveHostKey: to follow");
}
