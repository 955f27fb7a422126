import { createHash } from "node:crypto";

/** The kinds of host key that can be pinned, the best first. */
export const pinnableTypes = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
] as const;

/**
 * A public key in its one-line form, `ssh-ed25519 AAAA…`, without its comment.
 * Throws where the text is not such a line, or where the type it names is not the type of the key.
 */
export function publicKey(text: string): string {
  const [type = "", base64 = ""] = text.trim().split(/\s+/);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || typeInside(base64) !== type) {
    throw new Error(`expected a public key such as "ssh-ed25519 AAAA…", found "${shortened(text)}"`);
  }
  return `${type} ${base64}`;
}

/** The same from the bytes that SSH sends. */
export function publicKeyOf(blob: Buffer): string {
  const base64 = blob.toString("base64");
  return `${typeInside(base64)} ${base64}`;
}

/** `ssh-ed25519` of `ssh-ed25519 AAAA…`. */
export function keyType(key: string): string {
  return key.split(" ", 1)[0] as string;
}

/** As OpenSSH shows it: `ssh-ed25519 SHA256:…`. */
export function fingerprint(key: string): string {
  const [type, base64 = ""] = key.split(" ");
  const digest = createHash("sha256").update(Buffer.from(base64, "base64")).digest("base64");
  return `${type} SHA256:${digest.replace(/=+$/, "")}`;
}

/** A key begins with the length and the name of its type. */
function typeInside(base64: string): string {
  const blob = Buffer.from(base64, "base64");
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return blob.subarray(4, 4 + length).toString("latin1");
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
