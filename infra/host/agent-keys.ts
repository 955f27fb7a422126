import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2"; // CommonJS: Node finds no `utils` among its named exports.
import { agentKeys } from "./credentials.ts";
import { publicKey, publicKeyOf } from "./public-key.ts";

/** The key files that ssh-add and ssh look for by default. */
const usualNames = ["id_ed25519", "id_ecdsa", "id_rsa"];

/**
 * The key files that an agent of our own has to hold; none where the agent at `socket` will do: it has every
 * configured key, or, where none is configured, any key at all.
 */
export async function keysToAdd(
  configured: readonly string[],
  socket: string | undefined,
  usual?: readonly string[],
): Promise<string[]> {
  const held = socket ? await heldBy(socket) : [];
  if (configured.length === 0) return held.length > 0 ? [] : usual ? [...usual] : usualKeys();
  const wanted = await Promise.all(configured.map(publicKeyOfFile));
  return wanted.every((key) => key !== undefined && held.includes(key)) ? [] : [...configured];
}

/** The public keys in the agent; an agent that does not answer, as after a lost session, holds none. */
async function heldBy(socket: string): Promise<string[]> {
  const keys = await agentKeys(socket).catch(() => []);
  return keys.map((key) => publicKeyOf(key.getPublicSSH()));
}

async function usualKeys(): Promise<string[]> {
  const paths = usualNames.map((name) => join(homedir(), ".ssh", name));
  const there = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, i) => there[i]);
}

/** Unknown where the file is locked by a pass phrase and has no `.pub` beside it. */
async function publicKeyOfFile(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new Error(`the SSH key ${path} cannot be read: ${error.message}`);
  });
  const parsed = ssh2.utils.parseKey(text);
  if (!(parsed instanceof Error)) return publicKeyOf(parsed.getPublicSSH());
  return readFile(`${path}.pub`, "utf8").then(publicKey, () => undefined);
}
