import { z } from "zod";
import { type PresetInput, type PresetName, type PresetOptions, presetOptions } from "./preset-options.ts";
import { type HandshakeScript, type HandshakeScriptInput, handshakeScript } from "./script.ts";
import { placeholders } from "./values.ts";

/** What the backend speaks: a preset with its options, or a script. Plain data, which JSON can hold. */
export type Handshake =
  | { [Name in PresetName]: { preset: Name } & PresetOptions<Name> }[PresetName]
  | HandshakeScript;

/** The same as it is written: a preset's name alone, a preset with options, or a script. */
export type HandshakeInput =
  | PresetName
  | { [Name in PresetName]: { preset: Name } & PresetInput<Name> }[PresetName]
  | HandshakeScriptInput;

export const presetNames = Object.keys(presetOptions) as PresetName[];

const expected = `one of ${presetNames.join(", ")}, one of them with its options, { preset: …, … }, or a script, { steps: […] }`;

/** The check of key `handshake`; gives the form with every default filled in. */
export const handshakeSetting: z.ZodType<Handshake | undefined, HandshakeInput | undefined> = z
  .custom<HandshakeInput | undefined>()
  .transform((value, context) => {
    if (value === undefined) return undefined;
    const read = readHandshake(value);
    if (read.success) return read.data;
    context.issues.push(...(read.issues as z.core.$ZodRawIssue[]));
    return z.NEVER;
  });

type Read = { success: true; data: Handshake } | { success: false; issues: z.core.$ZodIssue[] };

function readHandshake(value: unknown): Read {
  if (typeof value === "string") return readPreset(value, {}, []);
  if (typeof value !== "object" || value === null || !("preset" in value))
    return readWith(handshakeScript, value, (script) => script);
  const { preset, ...options } = value;
  return readPreset(preset, options, ["preset"]);
}

function readPreset(name: unknown, options: object, path: string[]): Read {
  const preset = presetNames.find((each) => each === name);
  if (!preset) return { success: false, issues: [{ code: "custom", path, message: expected, input: name }] };
  const schema: z.ZodType<object> = presetOptions[preset];
  const issues = unknownNames(options);
  if (issues.length > 0) return { success: false, issues };
  return readWith(schema, options, (known) => ({ preset, ...known }) as Handshake);
}

/** A preset knows nothing but the token. */
const unknownNames = (options: object): z.core.$ZodIssue[] =>
  Object.entries(options).flatMap(([key, input]) =>
    placeholders(input)
      .filter((name) => name !== "token")
      .map((name) => ({
        ...{ code: "custom" as const, path: [key], input },
        message: `no name but \${token} in a preset, and \${${name}} is none`,
      })),
  );

function readWith<T>(schema: z.ZodType<T>, value: unknown, handshake: (data: T) => Handshake): Read {
  const read = schema.safeParse(value);
  if (read.success) return { success: true, data: handshake(read.data) };
  return { success: false, issues: read.error.issues };
}

/** @throws where it is malformed */
export function parseHandshake(input: HandshakeInput): Handshake {
  return handshakeSetting.parse(input) as Handshake;
}
