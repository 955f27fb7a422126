import { createPrivateKey, type webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;

/** What a TLS server needs, in PEM. */
export interface ServerCertificate {
  key: string;
  cert: string;
}

export interface Authority {
  /** PEM of the CA's certificate. */
  ca: string;
  /** A server certificate of this CA. Default: for 127.0.0.1 and localhost, from yesterday until in 90 days. */
  issue(options?: { names?: string[]; fromDays?: number; untilDays?: number }): Promise<ServerCertificate>;
}

const keyPair = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const inDays = (days: number) => new Date(Date.now() + days * day);

/** A private CA of a test. */
export async function authority(name = "CN=test CA"): Promise<Authority> {
  const keys = await keyPair();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: algorithm,
    notBefore: inDays(-400),
    notAfter: inDays(400),
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    ca: ca.toString("pem"),
    async issue({ names = ["127.0.0.1", "localhost"], fromDays = -1, untilDays = 90 } = {}) {
      const own = await keyPair();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: "CN=test server",
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: inDays(fromDays),
        notAfter: inDays(untilDays),
        extensions: [alternativeNames(names)],
      });
      return { key: await pem(own.privateKey), cert: certificate.toString("pem") };
    },
  };
}

/** A server certificate that no CA issued. */
export async function selfSigned(): Promise<ServerCertificate> {
  const keys = await keyPair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=test server",
    keys,
    signingAlgorithm: algorithm,
    extensions: [alternativeNames(["127.0.0.1"])],
  });
  return { key: await pem(keys.privateKey), cert: certificate.toString("pem") };
}

function alternativeNames(names: string[]) {
  return new x509.SubjectAlternativeNameExtension(
    names.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value }) as const),
  );
}

async function pem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({
    format: "pem",
    type: "pkcs8",
  }) as string;
}
