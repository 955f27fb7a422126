import { type KeyObject, sign } from "node:crypto";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";

interface Scheme {
  identifier: string;
  /** Ed25519 has its own. */
  hash: string | null;
  /** RSA says so that it has no parameters, the others say nothing. */
  explicitNull?: boolean;
}

const rsa: Scheme = { identifier: "1.2.840.113549.1.1.11", hash: "sha256", explicitNull: true };
const ed25519: Scheme = { identifier: "1.3.101.112", hash: null };
const ecdsa: { [curve: string]: Scheme } = {
  secp384r1: { identifier: "1.2.840.10045.4.3.3", hash: "sha384" },
  secp521r1: { identifier: "1.2.840.10045.4.3.4", hash: "sha512" },
};
const ecdsaSha256: Scheme = { identifier: "1.2.840.10045.4.3.2", hash: "sha256" };

export interface Signer {
  algorithm: AlgorithmIdentifier;
  sign(content: ArrayBuffer): ArrayBuffer;
}

/** Signs with the hash that fits the strength of the key. */
export function signer(key: KeyObject): Signer {
  const { identifier, hash, explicitNull } = scheme(key);
  const parameters = explicitNull ? { parameters: new Uint8Array([5, 0]).buffer } : {};
  return {
    algorithm: new AlgorithmIdentifier({ algorithm: identifier, ...parameters }),
    sign: (content) => new Uint8Array(sign(hash, new Uint8Array(content), key)).buffer,
  };
}

function scheme(key: KeyObject): Scheme {
  if (key.asymmetricKeyType === "rsa") return rsa;
  if (key.asymmetricKeyType === "ed25519") return ed25519;
  return ecdsa[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? ecdsaSha256;
}
