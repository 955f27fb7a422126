import { webcrypto } from "node:crypto";
import { PemConverter, X509CertificateGenerator } from "@peculiar/x509";
import { certificatePayload, fingerprintOf } from "../../../infra/steps/certificate.ts";

/** A self-signed certificate and its key, both PEM. */
export interface TestCertificate {
  chain: string;
  key: string;
  fingerprint: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;

/**
 * A certificate that began two days ago.
 *
 * @param days until it ends; below zero it has ended already
 */
export async function makeCertificate(days = 365): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=test",
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() + days * day),
    },
    webcrypto,
  );
  const chain = certificate.toString("pem");
  const key = PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { chain, key, fingerprint: fingerprintOf(chain) };
}

/** The payload of step `certificate`. */
export function payloadOf({ chain, key, fingerprint }: TestCertificate): string {
  return certificatePayload(chain, key, fingerprint);
}
