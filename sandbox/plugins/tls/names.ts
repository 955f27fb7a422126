import { isIP } from "node:net";
import {
  AttributeTypeAndValue,
  AttributeValue,
  GeneralName,
  Name,
  RelativeDistinguishedName,
} from "@peculiar/asn1-x509";
import { isProperties, type Properties, type Value } from "../protocol/values.ts";
import type { Attribute } from "./logical.ts";

/** The inputs that name the subject of a certificate or a request. */
export const nameAttributes: { [name: string]: Attribute } = {
  subject: { kind: "object" },
  dnsNames: { kind: "strings" },
  ipAddresses: { kind: "strings" },
  uris: { kind: "strings" },
};

// In the order in which the official plug-in writes them.
const parts: [name: string, identifier: string][] = [
  ["country", "2.5.4.6"],
  ["streetAddresses", "2.5.4.9"],
  ["organization", "2.5.4.10"],
  ["organizationalUnit", "2.5.4.11"],
  ["locality", "2.5.4.7"],
  ["province", "2.5.4.8"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "2.5.4.3"],
  ["serialNumber", "2.5.4.5"],
];

/** The distinguished name of a `subject` input; empty where there is none. */
export function distinguishedName(subject: Value | undefined): Name {
  const given: Properties = isProperties(subject) ? subject : {};
  const names = parts.map(([name, type]) => {
    const values = texts(given[name]);
    return new RelativeDistinguishedName(
      values.map((value) => new AttributeTypeAndValue({ type, value: attributeValue(value) })),
    );
  });
  return new Name(names.filter((name) => name.length > 0));
}

// The plain form where its few characters do, as other tools expect it of countries and the like.
function attributeValue(text: string): AttributeValue {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
  return new AttributeValue(printable ? { printableString: text } : { utf8String: text });
}

export function alternativeNames(inputs: Properties): GeneralName[] {
  return [
    ...texts(inputs.dnsNames).map((dNSName) => new GeneralName({ dNSName })),
    ...texts(inputs.ipAddresses).map((iPAddress) => new GeneralName({ iPAddress: checkedIp(iPAddress) })),
    ...texts(inputs.uris).map((uri) => new GeneralName({ uniformResourceIdentifier: checkedUri(uri) })),
  ];
}

function checkedIp(address: string): string {
  if (isIP(address) === 0) throw new Error(`Invalid IP address: Failed to parse "${address}"`);
  return address;
}

function checkedUri(uri: string): string {
  if (/[\s\p{Cc}]/u.test(uri) || !/^[^:/?#]+:./.test(uri)) {
    throw new Error(`Invalid URI: Failed to parse "${uri}": expected a scheme and what follows it`);
  }
  return uri;
}

/** One text or a list of them as a list without empty ones. */
function texts(value: Value | undefined): string[] {
  return [value ?? []].flat().filter((text): text is string => typeof text === "string" && text !== "");
}
