import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

export type Algorithm = "RSA" | "ECDSA" | "ED25519";

const algorithms: { [type: string]: Algorithm } = { rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" };

export function algorithmOf(key: KeyObject): Algorithm {
  const algorithm = algorithms[key.asymmetricKeyType ?? ""];
  if (!algorithm) throw new Error(`unsupported private key type: ${key.asymmetricKeyType}`);
  return algorithm;
}

const privateForms = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

/** Reads a private key in PKCS#8, PKCS#1 or SEC 1 PEM. `what` begins the message of the error. */
export function parsePrivateKey(pem: string, what: string): KeyObject {
  const form = /-----BEGIN ([^-]+)-----/.exec(pem)?.[1];
  if (form === undefined) {
    throw new Error(`${what}: failed to decode PEM block: decoded bytes 0, undecoded ${pem.length}`);
  }
  if (!privateForms.includes(form)) throw new Error(`${what}: unsupported PEM preamble/type: ${form}`);
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: failed to parse private key given PEM preamble '${form}': ${reason}`);
  }
}

export function spki(key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" });
}

export function toPem(label: string, der: ArrayBuffer | Buffer): string {
  const base64 = Buffer.from(der as ArrayBuffer)
    .toString("base64")
    .replace(/.{1,64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${base64}-----END ${label}-----\n`;
}

/** The bytes of the first PEM block, which must be of the given kind. */
export function fromPem(pem: string, label: string, what: string): Buffer {
  const match = /-----BEGIN ([^-]+)-----([^-]*)-----END/.exec(pem);
  if (!match) throw new Error(`${what}: failed to decode PEM of expected type "${label}" from bytes`);
  if (match[1] !== label)
    throw new Error(`${what}: invalid PEM type - expected "${label}", got "${match[1]}"`);
  return Buffer.from(match[2] ?? "", "base64");
}
