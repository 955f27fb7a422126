import { createHash, type KeyObject, randomBytes } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  type GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  KeyUsage,
  type Name,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  type SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";
import type { Properties, Value } from "../protocol/values.ts";
import { toPem } from "./keys.ts";
import type { Attribute } from "./logical.ts";
import { signer } from "./signing.ts";
import { allowedUses, usages } from "./usages.ts";

/** The inputs that all certificates have. */
export const certificateAttributes: { [name: string]: Attribute } = {
  validityPeriodHours: { kind: "number", required: true, min: 0 },
  allowedUses: { kind: "strings", required: true, oneOf: allowedUses },
  isCaCertificate: { kind: "boolean", default: false },
  maxPathLength: { kind: "number", default: -1, min: -1, inPlace: true },
  earlyRenewalHours: { kind: "number", default: 0, min: 0, inPlace: true },
  setSubjectKeyId: { kind: "boolean", default: false },
};

export interface Subject {
  name: Name;
  names: GeneralName[];
  publicKey: SubjectPublicKeyInfo;
}

export interface Issuer {
  name: Name;
  key: KeyObject;
  /** Put into the certificate to say by which key it was signed. */
  keyIdentifier?: ArrayBuffer;
}

/** Issues a certificate, valid from now on, and gives the outputs that describe it. */
export function issue(
  inputs: Properties,
  subject: Subject,
  issuer: Issuer,
): { id: string; outputs: Properties } {
  const [start, end] = validity(inputs);
  const serial = randomBytes(16);
  const { algorithm, sign } = signer(issuer.key);
  const content = new TBSCertificate({
    version: Version.v3,
    serialNumber: positive(serial),
    signature: algorithm,
    issuer: issuer.name,
    validity: new Validity({ notBefore: start, notAfter: end }),
    subject: subject.name,
    subjectPublicKeyInfo: subject.publicKey,
    extensions: new Extensions(extensions(inputs, subject, issuer)),
  });
  const certificate = new Certificate({
    tbsCertificate: content,
    signatureAlgorithm: algorithm,
    signatureValue: sign(AsnConvert.serialize(content)),
  });
  const outputs = {
    certPem: toPem("CERTIFICATE", AsnConvert.serialize(certificate)),
    validityStartTime: start.toISOString(),
    validityEndTime: end.toISOString(),
  };
  return { id: BigInt(`0x${serial.toString("hex")}`).toString(), outputs };
}

function validity(inputs: Properties): [Date, Date] {
  const start = new Date();
  const hours = Number(inputs.validityPeriodHours);
  return [start, new Date(start.getTime() + hours * 3_600_000)];
}

/** The bytes of a number as a certificate holds it: no zeros in front, but one where the first bit is the sign. */
export function positive(number: Buffer): ArrayBuffer {
  const start = number.findIndex((byte) => byte !== 0);
  const bytes = number.subarray(start === -1 ? number.length - 1 : start);
  return new Uint8Array([...((bytes[0] ?? 0) >= 0x80 ? [0] : []), ...bytes]).buffer;
}

function extensions(inputs: Properties, subject: Subject, issuer: Issuer): Extension[] {
  const isCa = inputs.isCaCertificate === true;
  const wantsIdentifier = isCa || inputs.setSubjectKeyId === true;
  return [
    ...usageExtensions((inputs.allowedUses as Value[]).map(String)),
    extension(id_ce_basicConstraints, true, constraints(isCa, Number(inputs.maxPathLength ?? -1))),
    ...(wantsIdentifier ? [subjectIdentifier(subject)] : []),
    ...(issuer.keyIdentifier ? [authorityIdentifier(issuer.keyIdentifier)] : []),
    ...(subject.names.length > 0 ? [otherNames(subject)] : []),
  ];
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function usageExtensions(names: string[]): Extension[] {
  const { bits, extended } = usages(names);
  return [
    ...(bits !== 0 ? [extension(id_ce_keyUsage, true, new KeyUsage(bits))] : []),
    ...(extended.length > 0 ? [extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage(extended))] : []),
  ];
}

function constraints(cA: boolean, pathLength: number): BasicConstraints {
  return new BasicConstraints(cA && pathLength >= 0 ? { cA, pathLenConstraint: pathLength } : { cA });
}

function subjectIdentifier({ publicKey }: Subject): Extension {
  return extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyIdentifier(publicKey)));
}

function authorityIdentifier(identifier: ArrayBuffer): Extension {
  const value = new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(identifier) });
  return extension(id_ce_authorityKeyIdentifier, false, value);
}

// If the subject is empty, these names are all that identifies it.
function otherNames({ name, names }: Subject): Extension {
  return extension(id_ce_subjectAltName, name.length === 0, new SubjectAlternativeName(names));
}

/** SHA-1 of the public key's bits, as RFC 5280 proposes. */
export function keyIdentifier(publicKey: SubjectPublicKeyInfo): ArrayBuffer {
  const bits = new Uint8Array(publicKey.subjectPublicKey);
  return new Uint8Array(createHash("sha1").update(bits).digest()).buffer;
}
