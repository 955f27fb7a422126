import ssh2, { createAgent, type ParsedKey } from "ssh2"; // CommonJS: Node finds no `utils` among its named exports.
import { pulumiLine } from "../pulumi-command.ts";
import type { HostConnection, SshTarget } from "./connection.ts";
import { fingerprint, publicKeyOf } from "./public-key.ts";
import { address, SshError } from "./ssh-error.ts";

/** What we log in with: a key of the configuration, or the keys of the agent. */
export interface Credentials {
  config: { privateKey: string; passphrase?: string } | { agent: string };
  /** The keys as a person knows them, for the error when none is accepted. */
  keys: string[];
}

const startOne = 'eval "$(ssh-agent)" && ssh-add';

/** The configured private key, else the agent. Throws before anything is dialled where there is neither. */
export async function credentials(
  connection: Pick<HostConnection, "privateKey" | "privateKeyPassword">,
  agentSocket: string | undefined = process.env.SSH_AUTH_SOCK,
): Promise<Credentials> {
  const { privateKey, privateKeyPassword } = connection;
  if (privateKey !== undefined) return configured(privateKey, privateKeyPassword);
  if (!agentSocket) {
    throw new SshError(
      "login",
      "there is no SSH agent (SSH_AUTH_SOCK is not set)",
      `Start one: ${startOne}\nOr use npm run up, which brings one for its run`,
    );
  }
  const keys = await agentKeys(agentSocket);
  if (keys.length === 0) throw new SshError("login", "the SSH agent holds no key", "Give it yours: ssh-add");
  return { config: { agent: agentSocket }, keys: keys.map((key) => `${named(key)} ${key.comment}`.trim()) };
}

function configured(privateKey: string, passphrase: string | undefined): Credentials {
  const parsed = ssh2.utils.parseKey(privateKey, passphrase);
  if (parsed instanceof Error || !parsed.isPrivateKey()) {
    // The message of the parser names the format or the pass phrase, never the key.
    const why = parsed instanceof Error ? parsed.message : "it is a public key";
    throw new SshError(
      "login",
      `the configured privateKey cannot be used: ${why}`,
      `Set it from the file: ${pulumiLine("config set --secret privateKey < ~/.ssh/id_ed25519")}`,
    );
  }
  return {
    config: { privateKey, ...(passphrase !== undefined && { passphrase }) },
    keys: [`${named(parsed)} of the configuration`],
  };
}

/** The keys that the agent at that socket holds. Throws where no agent answers there. */
export function agentKeys(socket: string): Promise<ParsedKey[]> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(noAgent(socket, why));
    const timer = setTimeout(fail, 5_000, "no answer within 5 s");
    createAgent(socket).getIdentities((error, keys) => {
      clearTimeout(timer);
      if (error) fail(error.message);
      else resolve((keys ?? []) as ParsedKey[]);
    });
  });
}

function noAgent(socket: string, why: string): SshError {
  return new SshError(
    "login",
    `no SSH agent answers at SSH_AUTH_SOCK=${socket}: ${why}`,
    `Start one: ${startOne}`,
  );
}

/** The host looked at every key and wanted none. */
export function refusedLogin(target: SshTarget, { keys }: Credentials): SshError {
  const list = keys.map((key) => `  ${key}`).join("\n");
  return new SshError(
    "login",
    `${target.user}@${address(target)} accepts none of the keys it was offered:\n${list}`,
    [
      `Add the right one (ssh-add <file>), or let this one in: ssh-copy-id -p ${target.port} ${target.user}@${target.host}`,
      `If the key is right, sshd may keep ${target.user} out (AllowUsers, AllowGroups): on the host's console: sudo sshd -T | grep -iE '^(allow|deny)'`,
    ].join("\n"),
  );
}

function named(key: ParsedKey): string {
  return fingerprint(publicKeyOf(key.getPublicSSH()));
}
