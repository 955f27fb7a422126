import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { conflicts } from "./conflicts.ts";
import { defaultInstances } from "./default-instances.ts";
import { mainPath } from "./routes.ts";
import { isLater, type Settings, schema, secretKeys } from "./schema.ts";
import { sharedWithTaken } from "./taken-data.ts";

/** Arguments with every default filled in, and what is wrong with them. */
export interface Checked {
  settings: Partial<Settings>;
  problems: string[];
}

/** The arguments of a host with one application, or of one application of a host. */
export function checked(raw: Readonly<Record<string, unknown>>): Checked {
  const { settings, problems: ofKeys } = readKeys(schema, raw);
  const problems = [...unknownKeys(raw), ...ofKeys];
  settings.backendInstances ??= defaultInstances(settings as Partial<Settings>);
  problems.push(...conflicts(settings as Partial<Settings>));
  settings.websocketPath &&= mainPath(settings as Settings);
  if (problems.length === 0) settings.backendShared = sharedWithTaken(settings);
  return { settings: settings as Partial<Settings>, problems };
}

/** Each key checked alone, with its default. */
export function readKeys(kinds: Record<string, z.ZodType>, raw: Readonly<Record<string, unknown>>) {
  const settings: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, kind] of Object.entries(kinds)) {
    const result = kind.safeParse(raw[key]);
    if (result.success) settings[key] = result.data;
    else problems.push(...result.error.issues.flatMap((issue) => describe(key, issue, raw[key])));
  }
  return { settings, problems };
}

function unknownKeys(raw: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys(schema);
  return Object.keys(raw)
    .filter((key) => !known.includes(key))
    .map((key) => unknown(key, key, known, "see docs/configuration.md"));
}

function unknown(path: string, name: string, known: readonly string[], otherwise: string): string {
  const nearest = closest(name, known);
  const changed = distance(name, nearest);
  const near = changed < name.length && changed <= Math.max(2, name.length / 3);
  const hint = near ? `did you mean ${nearest}?` : otherwise;
  return `${path}: this key is not known; ${hint}`;
}

/** A problem of one key, as it is reported. */
export function describe(key: string, issue: z.core.$ZodIssue, value: unknown): string[] {
  const path = [key, ...issue.path].join(".");
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(", ");
    return issue.keys.map((name) => unknown(`${path}.${name}`, name, known, `expected ${issue.message}`));
  }
  // One of them may hold secrets.
  if (key === "applications")
    return [
      `${path}: expected ${issue.message}, found ${issue.path.length > 0 ? JSON.stringify(issue.path[0]) : "another form"}`,
    ];
  return [
    `${path}: expected ${issue.message}, found ${secretKeys.has(key) ? "a secret of another form" : found(value, issue.path)}`,
  ];
}

function found(value: unknown, path: PropertyKey[]): string {
  const at = path.reduce<unknown>(
    (inner, name) => (inner as Record<PropertyKey, unknown> | undefined)?.[name],
    value,
  );
  if (isLater(at)) return "an output, whose value is known only later";
  return at === undefined ? "nothing" : JSON.stringify(at);
}
