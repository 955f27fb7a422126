import { createPublicKey, type JsonWebKey, type KeyObject, randomBytes } from "node:crypto";

/** `ssh-ed25519 AAAA…` without a newline; undefined for a key OpenSSH does not know (P-224). */
export function opensshPublicKey(key: KeyObject): string | undefined {
  const blob = publicBlob(jwk(key.type === "private" ? createPublicKey(key) : key));
  return blob && `${typeOf(blob)} ${blob.toString("base64")}`;
}

/** The private key in OpenSSH's own PEM form, without passphrase; throws for a key OpenSSH does not know. */
export function opensshPrivateKey(key: KeyObject, comment = ""): string {
  const secret = jwk(key);
  const blob = secret && publicBlob(secret);
  if (!secret || !blob) throw new Error("OpenSSH has no form for this kind of key");
  // The same number twice lets a reader tell whether it decrypted rightly.
  const check = randomBytes(4);
  const fields = Buffer.concat([
    check,
    check,
    string(typeOf(blob)),
    ...privateFields(secret),
    string(comment),
  ]);
  const content = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(string),
    Buffer.from([0, 0, 0, 1]),
    string(blob),
    string(pad(fields)),
  ]);
  const base64 = content.toString("base64").replace(/.{1,64}/g, "$&\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}-----END OPENSSH PRIVATE KEY-----\n`;
}

// Node has no JWK form for the curve P-224, nor has OpenSSH any.
function jwk(key: KeyObject): JsonWebKey | undefined {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return curve === "secp224r1" ? undefined : key.export({ format: "jwk" });
}

const nist: { [curve: string]: string } = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

function publicBlob(key: JsonWebKey | undefined): Buffer | undefined {
  if (key?.kty === "RSA") return Buffer.concat([string("ssh-rsa"), mpint(key.e), mpint(key.n)]);
  if (key?.kty === "OKP" && key.crv === "Ed25519") {
    return Buffer.concat([string("ssh-ed25519"), string(bytes(key.x))]);
  }
  const curve = nist[key?.crv ?? ""];
  if (!key || !curve) return undefined;
  return Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), string(point(key))]);
}

function privateFields(key: JsonWebKey): Buffer[] {
  if (key.kty === "RSA") return [key.n, key.e, key.d, key.qi, key.p, key.q].map(mpint);
  if (key.kty === "OKP") return [string(bytes(key.x)), string(Buffer.concat([bytes(key.d), bytes(key.x)]))];
  return [string(nist[key.crv ?? ""] ?? ""), string(point(key)), mpint(key.d)];
}

function typeOf(blob: Buffer): string {
  return blob.toString("latin1", 4, 4 + blob.readUInt32BE(0));
}

function point(key: JsonWebKey): Buffer {
  return Buffer.concat([Buffer.from([4]), bytes(key.x), bytes(key.y)]);
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

function string(value: string | Buffer): Buffer {
  const content = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

// A number without leading zeros, but with one where its first bit would make it negative.
function mpint(base64url: string | undefined): Buffer {
  let number = bytes(base64url);
  while (number[0] === 0) number = number.subarray(1);
  const negative = (number[0] ?? 0) & 0x80;
  return string(negative ? Buffer.concat([Buffer.from([0]), number]) : number);
}

// Up to a multiple of 8 with 1, 2, 3…
function pad(fields: Buffer): Buffer {
  const missing = (8 - (fields.length % 8)) % 8;
  return Buffer.concat([fields, Buffer.from(Array.from({ length: missing }, (_, i) => i + 1))]);
}
