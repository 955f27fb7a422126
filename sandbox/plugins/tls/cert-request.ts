import { createHash } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  Attribute,
  Extension,
  Extensions,
  type GeneralName,
  id_ce_subjectAltName,
  type Name,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
} from "@peculiar/asn1-x509";
import type { Properties } from "../protocol/values.ts";
import { algorithmOf, fromPem, parsePrivateKey, spki, toPem } from "./keys.ts";
import { type Logical, logicalResource } from "./logical.ts";
import { alternativeNames, distinguishedName, nameAttributes } from "./names.ts";
import { signer } from "./signing.ts";

const label = "CERTIFICATE REQUEST";
const extensionRequest = "1.2.840.113549.1.9.14";

const logical: Logical = {
  attributes: { privateKeyPem: { kind: "string", required: true }, ...nameAttributes },
  computed: ["certRequestPem", "keyAlgorithm"],
  secrets: ["privateKeyPem"],

  async make(inputs) {
    const key = parsePrivateKey(String(inputs.privateKeyPem), "Failed to parse private key PEM");
    const { algorithm, sign } = signer(key);
    const info = new CertificationRequestInfo({
      subject: distinguishedName(inputs.subject),
      subjectPKInfo: AsnConvert.parse(spki(key), SubjectPublicKeyInfo),
      attributes: attributes(inputs),
    });
    const request = new CertificationRequest({
      certificationRequestInfo: info,
      signatureAlgorithm: algorithm,
      signature: sign(AsnConvert.serialize(info)),
    });
    const der = Buffer.from(AsnConvert.serialize(request));
    const outputs = { certRequestPem: toPem(label, der), keyAlgorithm: algorithmOf(key) };
    return { id: createHash("sha1").update(der).digest("hex"), outputs };
  },
};

/** `tls:index/certRequest:CertRequest`: a request that a certificate authority can sign. */
export const certRequest = logicalResource(logical);

function attributes(inputs: Properties): Attributes {
  const names = alternativeNames(inputs);
  if (names.length === 0) return new Attributes();
  const extnValue = new OctetString(AsnConvert.serialize(new SubjectAlternativeName(names)));
  const extensions = new Extensions([new Extension({ extnID: id_ce_subjectAltName, extnValue })]);
  const values = [AsnConvert.serialize(extensions)];
  return new Attributes([new Attribute({ type: extensionRequest, values })]);
}

export interface Request {
  subject: Name;
  publicKey: SubjectPublicKeyInfo;
  /** DNS names, addresses and URIs; other kinds are left out. */
  names: GeneralName[];
}

/** Reads a request in PEM. Its signature is not checked: who sets up the stack made it. */
export function parseRequest(pem: string): Request {
  const what = "Failed to parse certificate request PEM";
  const der = fromPem(pem, label, what);
  const { certificationRequestInfo: info } = parsed(() => AsnConvert.parse(der, CertificationRequest), what);
  return { subject: info.subject, publicKey: info.subjectPKInfo, names: requestedNames(info) };
}

function parsed<Result>(read: () => Result, what: string): Result {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: failed to parse certificate request: ${reason}`);
  }
}

function requestedNames({ attributes }: CertificationRequestInfo): GeneralName[] {
  return attributes
    .filter(({ type }) => type === extensionRequest)
    .flatMap(({ values }) => values.flatMap((value) => [...AsnConvert.parse(value, Extensions)]))
    .filter(({ extnID }) => extnID === id_ce_subjectAltName)
    .flatMap(({ extnValue }) => [...AsnConvert.parse(extnValue, SubjectAlternativeName)])
    .filter((name) => name.dNSName ?? name.iPAddress ?? name.uniformResourceIdentifier);
}
