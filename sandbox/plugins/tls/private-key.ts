import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { opensshPrivateKey, opensshPublicKey } from "../protocol/openssh.ts";
import type { Properties } from "../protocol/values.ts";
import { algorithmOf, spki } from "./keys.ts";
import { type Logical, logicalResource } from "./logical.ts";

const generate = promisify(generateKeyPair);

const curves: { [name: string]: string } = { P224: "secp224r1", P256: "P-256", P384: "P-384", P521: "P-521" };

const logical: Logical = {
  attributes: {
    algorithm: { kind: "string", required: true, oneOf: ["RSA", "ECDSA", "ED25519"] },
    ecdsaCurve: { kind: "string", default: "P224", oneOf: Object.keys(curves) },
    rsaBits: { kind: "number", default: 2048 },
  },
  computed: [
    "privateKeyOpenssh",
    "privateKeyPem",
    "privateKeyPemPkcs8",
    "publicKeyFingerprintMd5",
    "publicKeyFingerprintSha256",
    "publicKeyOpenssh",
    "publicKeyPem",
  ],
  secrets: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"],

  async make(inputs) {
    const key = await newKey(inputs);
    return { id: createHash("sha1").update(spki(key)).digest("hex"), outputs: forms(key) };
  },
};

/** `tls:index/privateKey:PrivateKey`: a fresh key pair in the usual forms. */
export const privateKey = logicalResource(logical);

async function newKey({ algorithm, ecdsaCurve, rsaBits }: Properties): Promise<KeyObject> {
  if (algorithm === "ED25519") return (await generate("ed25519")).privateKey;
  if (algorithm === "RSA") return (await generate("rsa", { modulusLength: Number(rsaBits) })).privateKey;
  const namedCurve = curves[String(ecdsaCurve)] ?? "";
  return (await generate("ec", { namedCurve })).privateKey;
}

const pemForms = { RSA: "pkcs1", ECDSA: "sec1", ED25519: "pkcs8" } as const;

function forms(key: KeyObject): Properties {
  const publicKey = createPublicKey(key);
  // OpenSSH does not know every curve: then these three are empty.
  const line = opensshPublicKey(publicKey);
  const blob = Buffer.from(line?.split(" ")[1] ?? "", "base64");
  const md5 = createHash("md5")
    .update(blob)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");
  const sha256 = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  const pem = (type: "pkcs1" | "sec1" | "pkcs8") =>
    key.export({ type: type as "pkcs8", format: "pem" }).toString();
  return {
    privateKeyPem: pem(pemForms[algorithmOf(key)]),
    privateKeyPemPkcs8: pem("pkcs8"),
    privateKeyOpenssh: line ? opensshPrivateKey(key) : "",
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    publicKeyOpenssh: line ? `${line}\n` : "",
    publicKeyFingerprintMd5: line ? md5 : "",
    publicKeyFingerprintSha256: line ? `SHA256:${sha256}` : "",
  };
}
