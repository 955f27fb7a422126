import { AsnConvert } from "@peculiar/asn1-schema";
import { SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { certificateAttributes, issue, keyIdentifier } from "./certificate.ts";
import { algorithmOf, parsePrivateKey, spki } from "./keys.ts";
import { type Logical, logicalResource } from "./logical.ts";
import { alternativeNames, distinguishedName, nameAttributes } from "./names.ts";
import { dueForRenewal } from "./renewal.ts";

const logical: Logical = {
  attributes: {
    privateKeyPem: { kind: "string", required: true },
    ...nameAttributes,
    ...certificateAttributes,
    setAuthorityKeyId: { kind: "boolean", default: false },
  },
  computed: ["certPem", "keyAlgorithm", "validityStartTime", "validityEndTime"],
  secrets: ["privateKeyPem"],
  due: dueForRenewal,

  async make(inputs) {
    const key = parsePrivateKey(String(inputs.privateKeyPem), "Failed to parse private key PEM");
    const name = distinguishedName(inputs.subject);
    const publicKey = AsnConvert.parse(spki(key), SubjectPublicKeyInfo);
    const isCa = inputs.isCaCertificate === true;
    if (isCa && name.length === 0) {
      const rule = "Must contain at least one Distinguished Name when creating Certificate Authority (CA)";
      throw new Error(`Invalid Certificate Subject: ${rule}`);
    }
    const names = alternativeNames(inputs);
    const issuer = { name, key, ...(inputs.setAuthorityKeyId === true && ownKeyIdentifier()) };
    const { id, outputs } = issue(inputs, { name, names, publicKey }, issuer);
    return { id, outputs: { ...outputs, keyAlgorithm: algorithmOf(key) } };

    function ownKeyIdentifier() {
      if (isCa || inputs.setSubjectKeyId === true) return { keyIdentifier: keyIdentifier(publicKey) };
      throw new Error("Invalid Certificate Authority: Could not determine Authority Key Identifier");
    }
  },
};

/** `tls:index/selfSignedCert:SelfSignedCert`: a certificate signed with its own key, e.g. an authority's. */
export const selfSignedCert = logicalResource(logical);
