import { createPublicKey, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  BasicConstraints,
  Certificate,
  id_ce_basicConstraints,
  id_ce_subjectKeyIdentifier,
  SubjectKeyIdentifier,
} from "@peculiar/asn1-x509";
import { parseRequest } from "./cert-request.ts";
import { certificateAttributes, issue } from "./certificate.ts";
import { algorithmOf, fromPem, parsePrivateKey } from "./keys.ts";
import { type Logical, logicalResource } from "./logical.ts";
import { dueForRenewal } from "./renewal.ts";

const logical: Logical = {
  attributes: {
    certRequestPem: { kind: "string", required: true },
    caCertPem: { kind: "string", required: true },
    caPrivateKeyPem: { kind: "string", required: true },
    ...certificateAttributes,
  },
  computed: ["certPem", "caKeyAlgorithm", "validityStartTime", "validityEndTime"],
  secrets: ["caPrivateKeyPem"],
  due: dueForRenewal,

  async make(inputs, log) {
    const request = parseRequest(String(inputs.certRequestPem));
    const key = parsePrivateKey(String(inputs.caPrivateKeyPem), "Failed to parse CA private key PEM");
    const authority = parseAuthority(String(inputs.caCertPem));
    if (!isAuthority(authority)) {
      await log.warning(
        "Potentially Invalid Certificate Authority: the certificate given as the authority's is not marked as one. " +
          "Clients may refuse what it signs.",
      );
    }
    checkKey(authority, key);
    const { subject: name, names, publicKey } = request;
    const issuer = { name: authority.tbsCertificate.subject, key, ...subjectKeyIdentifier(authority) };
    const { id, outputs } = issue(inputs, { name, names, publicKey }, issuer);
    return { id, outputs: { ...outputs, caKeyAlgorithm: algorithmOf(key) } };
  },
};

/** `tls:index/locallySignedCert:LocallySignedCert`: a certificate for a request, signed by an authority at hand. */
export const locallySignedCert = logicalResource(logical);

function parseAuthority(pem: string): Certificate {
  const what = "Failed to parse CA certificate PEM";
  const der = fromPem(pem, "CERTIFICATE", what);
  try {
    return AsnConvert.parse(der, Certificate);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: failed to parse certificate: ${reason}`);
  }
}

function extension(certificate: Certificate, id: string): ArrayBuffer | undefined {
  const found = certificate.tbsCertificate.extensions?.find(({ extnID }) => extnID === id);
  return found && new Uint8Array(found.extnValue.buffer).buffer;
}

function isAuthority(certificate: Certificate): boolean {
  const constraints = extension(certificate, id_ce_basicConstraints);
  return constraints !== undefined && AsnConvert.parse(constraints, BasicConstraints).cA;
}

function subjectKeyIdentifier(certificate: Certificate): { keyIdentifier?: ArrayBuffer } {
  const identifier = extension(certificate, id_ce_subjectKeyIdentifier);
  if (!identifier) return {};
  return { keyIdentifier: new Uint8Array(AsnConvert.parse(identifier, SubjectKeyIdentifier).buffer).buffer };
}

function checkKey(certificate: Certificate, key: KeyObject): void {
  const der = Buffer.from(AsnConvert.serialize(certificate.tbsCertificate.subjectPublicKeyInfo));
  const certified = createPublicKey({ key: der, format: "der", type: "spki" });
  if (certified.equals(createPublicKey(key))) return;
  throw new Error("Failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
}
