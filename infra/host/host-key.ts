import { pulumiLine } from "../pulumi-command.ts";
import type { SshTarget } from "./connection.ts";
import { type KnownHosts, knownHostsFiles, knownHostsName, readKnownHosts } from "./known-hosts.ts";
import { offeredKey } from "./offered-key.ts";
import { fingerprint, keyType, pinnableTypes, publicKey } from "./public-key.ts";
import { address, changedHostKey, SshError, sshCommand } from "./ssh-error.ts";

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
  /** Files to search; default: those that OpenSSH reads. */
  knownHosts?: readonly string[];
  /** Milliseconds for the one dial that an unknown host takes; default 10,000. */
  timeoutMs?: number;
}

/**
 * The key by which the host is recognised, `ssh-ed25519 AAAA…`: the configured one, else the operator's known_hosts.
 * Dials only where known_hosts leaves a choice, or to name the fingerprint of an unknown host in the error,
 * together with the commands that accept it.
 *
 * @example
 * const hostKey = await resolveHostKey({ host: "203.0.113.10", port: 22, user: "ubuntu" });
 */
export async function resolveHostKey(request: HostKeyRequest): Promise<string> {
  const { host, port, knownHosts = knownHostsFiles(host), setting = "hostKey" } = request;
  if (request.hostKey !== undefined) return configuredKey(request.hostKey, setting);
  const known = await readKnownHosts(knownHosts, knownHostsName(host, port));
  const [best, ...others] = strongest(known.keys);
  if (best !== undefined && others.length === 0) return best;
  const offered = await offeredKey(request, best === undefined ? pinnableTypes : [keyType(best)]);
  return judge(offered, known, request, knownHosts);
}

function configuredKey(text: string, setting: string): string {
  const key = namedBy(setting, () => publicKey(text));
  if ((pinnableTypes as readonly string[]).includes(keyType(key))) return key;
  throw new Error(
    `${setting}: expected a key of type ${pinnableTypes.join(", ")}, found ${keyType(key)}` +
      " (an RSA key is asked for in its SHA-1 form, which a present sshd refuses)",
  );
}

function namedBy<T>(setting: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${setting}: ${(error as Error).message}`);
  }
}

/** The keys of the best type among them. */
function strongest(keys: readonly string[]): string[] {
  const best = pinnableTypes.find((type) => keys.some((key) => keyType(key) === type));
  return keys.filter((key) => keyType(key) === best);
}

/** Several keys are known, or none: what the host shows decides, by the rules of OpenSSH. */
async function judge(offered: string, known: KnownHosts, request: HostKeyRequest, files: readonly string[]) {
  if (known.revoked.includes(offered)) throw revoked(request, offered);
  if (known.keys.includes(offered)) return offered;
  const [first] = strongest(known.keys);
  if (first !== undefined) throw changedHostKey({ ...request, hostKey: first }, offered);
  // A host known on port 22 that shows the same key on another port is the same host.
  if ((await readKnownHosts(files, knownHostsName(request.host, 22))).keys.includes(offered)) return offered;
  throw unknown(request, offered, known);
}

function revoked(request: HostKeyRequest, key: string): SshError {
  return new SshError(
    "host key",
    `${address(request)} shows ${fingerprint(key)}, which known_hosts marks as @revoked`,
    "Do not connect. Whoever revoked it knows why; the host needs a new key",
  );
}

function unknown(request: HostKeyRequest, key: string, known: KnownHosts): SshError {
  const { setting = "hostKey", jumpHost } = request;
  const file = `/etc/ssh/ssh_host_${keyType(key).startsWith("ecdsa") ? "ecdsa" : "ed25519"}_key.pub`;
  const accept = `${sshCommand(request, jumpHost).replace("ssh ", `ssh -o HostKeyAlgorithms=${keyType(key)} `)} true`;
  return new SshError(
    "host key",
    [
      `the host key of ${address(request)} is not known${known.keys.length > 0 ? " in a form that can be pinned" : ""}: any machine could answer there`,
      `found: ${fingerprint(key)}`,
      ...(known.authority
        ? [
            "known_hosts trusts a CA for it (@cert-authority); Pulumi's plug-in knows no certificates of hosts and needs the key",
          ]
        : []),
    ].join("\n"),
    [
      `Compare ${fingerprint(key)} with what the host's own console says: ssh-keygen -lf ${file}`,
      "If they are the same, accept it for yourself, or for everybody who uses this stack:",
      `  ${accept}`,
      `  ${pulumiLine(`config set ${setting} '${key}'`)}`,
    ].join("\n"),
  );
}
