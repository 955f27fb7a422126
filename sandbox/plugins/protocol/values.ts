/** Property values as Pulumi knows them, and their form on the wire (a google.protobuf.Struct read as plain JSON). */

export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

export type Value = null | boolean | number | string | Value[] | Properties | Secret | Unknown | Asset;

export interface Properties {
  [key: string]: Value;
}

/** A value that the engine encrypts in the state and hides in its output. */
export class Secret {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** A value that is only known after the resource it comes from exists: it occurs in previews. */
export class Unknown {}

/** An asset or an archive: a text, a local path or an address, with the hash the engine computed. */
export class Asset {
  readonly kind: "asset" | "archive";
  readonly fields: { [key: string]: Plain };
  constructor(kind: "asset" | "archive", fields: { [key: string]: Plain }) {
    this.kind = kind;
    this.fields = fields;
  }
}

// Marks of the protocol: an object that carries `signatureKey` is not an object but one of these.
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

// The engine has one such mark for each type; which one it is does not matter here.
const unknownMarks = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function fromWire(wire: Plain): Value {
  if (typeof wire === "string") return unknownMarks.has(wire) ? new Unknown() : wire;
  if (wire === null || typeof wire !== "object") return wire;
  if (Array.isArray(wire)) return wire.map(fromWire);
  const { [signatureKey]: signature, ...fields } = wire;
  if (signature === secretSignature) return new Secret(fromWire(fields.value ?? null));
  if (signature === outputSignature) return fromOutput(fields);
  if (signature === assetSignature) return new Asset("asset", fields);
  if (signature === archiveSignature) return new Asset("archive", fields);
  return propertiesFromWire(wire);
}

function fromOutput(fields: { [key: string]: Plain }): Value {
  const value = fields.value === undefined ? new Unknown() : fromWire(fields.value);
  return fields.secret === true ? new Secret(value) : value;
}

export function propertiesFromWire(wire: { [key: string]: Plain }): Properties {
  return Object.fromEntries(Object.entries(wire).map(([key, value]) => [key, fromWire(value)]));
}

export function toWire(value: Value): Plain {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(toWire);
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: toWire(value.value) };
  if (value instanceof Unknown) return unknownMark;
  if (value instanceof Asset) {
    return { [signatureKey]: value.kind === "asset" ? assetSignature : archiveSignature, ...value.fields };
  }
  return propertiesToWire(value);
}

export function propertiesToWire(properties: Properties): { [key: string]: Plain } {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, toWire(value)]));
}

export function isProperties(value: Value | undefined): value is Properties {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  return !(value instanceof Secret || value instanceof Unknown || value instanceof Asset);
}

/** The value without the secret marks in it, for code that uses it and returns the marked one. */
export function reveal(value: Value): Value {
  if (value instanceof Secret) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  return isProperties(value) ? revealProperties(value) : value;
}

export function revealProperties(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, reveal(value)]));
}

export function secret(value: Value): Value {
  return value instanceof Secret ? value : new Secret(value);
}

export function isUnknown(value: Value | undefined): boolean {
  return value instanceof Unknown || (value instanceof Secret && isUnknown(value.value));
}

/** True where the value is unknown or holds something unknown. */
export function containsUnknown(value: Value | undefined): boolean {
  if (value instanceof Unknown) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isProperties(value) && Object.values(value).some(containsUnknown);
}
