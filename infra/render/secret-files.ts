import { lstat, open } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { matches, type SourceOptions } from "./source-files.ts";

/** What is a secret by its name alone. */
const secretNames: [pattern: RegExp, what: string][] = [
  [/^(?!.*[._-](example|sample|template)$)\.env(rc)?($|[._-])/i, "environment"],
  [/^(?!(example|sample|template)\.).*\.env$/i, "environment"],
  [/^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/, "private key"],
  [/\.(p12|pfx|ppk|jks|keystore|kdbx)$/i, "key store"],
  [/^(\.netrc|\.pgpass|\.git-credentials|\.pypirc|\.htpasswd|\.my\.cnf)$/, "passwords"],
];

/** What is a secret by its content; a name in front says of which files. */
const secretTexts: [name: RegExp, pattern: RegExp, what: string][] = [
  // Followed by the key itself: code that searches for such a line is not a key.
  [
    /./,
    /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----(\s|\\[rn])+(Proc-Type|Version|Comment|[A-Za-z0-9+/=]{32})/,
    "private key",
  ],
  [/./, /^PuTTY-User-Key-File-\d/, "private key"],
  [/./, /\bAGE-SECRET-KEY-1[A-Z0-9]{20}/, "private key"],
  [/\.(json|jwk)$/i, /"d"\s*:\s*"[\w-]{32,}"/, "private key (JWK)"],
  [/\.(json)$/i, /"private_key"\s*:\s*"[^"$<{]{32,}"/, "private key of a service account"],
  [/^\.(npm|yarn)rc$/, /(_authToken|_auth|_password)"?\s*[=\s]\s*"?[^\s"$]/, "registry token"],
  [/^\.yarnrc\.yml$/, /npmAuth(Token|Ident)"?\s*:\s*["']?[^\s"'$]/, "registry token"],
];

/** DER: a sequence, in a file that is named as a key. */
const isBinaryKey = (path: string, head: Buffer) => /\.(key|pk8)$/i.test(path) && head[0] === 0x30;

/** How much of a file is searched, in bytes: keys and tokens are short files. */
const searched = 1 << 20;

/**
 * @throws naming every file that looks like a secret and that `include` does not name
 * @param paths the files that would travel
 */
export async function refuseSecrets(
  folder: string,
  paths: readonly string[],
  { include = [], includeFrom = "." }: SourceOptions = {},
): Promise<void> {
  const allowed = matches(include);
  const from = (path: string) => relative(includeFrom, path);
  const asked = paths.filter((path) => from(path).startsWith("..") || !allowed(from(path)));
  const found = await secretsAmong(folder, asked);
  if (found.length > 0) throw refused(folder, found);
}

/** Those of the files that look like a secret, each with what it looks like. */
export async function secretsAmong(folder: string, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const room = Buffer.allocUnsafe(searched);
  for (const path of paths) {
    const what = await secretIn(folder, path, room);
    if (what) found.push(`${path} (${what})`);
  }
  return found;
}

function refused(folder: string, found: string[]): Error {
  return new Error(
    [
      `backendSource: expected no secrets among the files that travel to the host, found in ${folder}:`,
      ...found.map((line) => `  ${line}`),
      "  next: name them in .gitignore (untracked files) or .deployignore, and set what the backend needs of them by backendSecretEnvironment; a file that shall travel all the same: list it in backendInclude",
    ].join("\n  "),
  );
}

async function secretIn(folder: string, path: string, room: Buffer): Promise<string | undefined> {
  const name = basename(path);
  const byName = secretNames.find(([pattern]) => pattern.test(name));
  if (byName) return byName[1];
  const head = await readHead(join(folder, path), room);
  if (isBinaryKey(name, head)) return "private key";
  const text = head.toString("latin1");
  return secretTexts.find(([names, pattern]) => names.test(name) && pattern.test(text))?.[2];
}

/** Of a link nothing: its target is asked itself. */
async function readHead(path: string, room: Buffer): Promise<Buffer> {
  if (!(await lstat(path)).isFile()) return room.subarray(0, 0);
  const file = await open(path, "r");
  try {
    const { bytesRead } = await file.read(room, 0, searched, 0);
    return room.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
