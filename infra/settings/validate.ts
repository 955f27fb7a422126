import { RunError } from "@pulumi/pulumi";
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { conflicts } from "./conflicts.ts";
import { defaultInstances } from "./default-instances.ts";
import { mainWebsocketPath } from "./routes.ts";
import { isLater, type Settings, schema, secretKeys } from "./schema.ts";
import { sharedWithTaken } from "./taken-data.ts";

/** Bad arguments. The message lists every problem, one a line: `key: expected …, found …`. */
export class ConfigurationError extends RunError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    super([`The configuration has ${count}; nothing was changed.`, ...problems].join("\n  "));
    this.problems = problems;
  }
}

/**
 * Checks arguments and fills in defaults, without touching anything.
 *
 * @param before problems that are known already, listed with the others
 * @throws {@link ConfigurationError} with every problem at once.
 * @example validate({ host: "203.0.113.7" }).port // 22
 */
export function validate(raw: Record<string, unknown>, before: readonly string[] = []): Settings {
  const settings: Record<string, unknown> = {};
  const problems = unknownKeys(raw);
  for (const [key, kind] of Object.entries(schema) as [string, z.ZodType][]) {
    const result = kind.safeParse(raw[key]);
    if (result.success) settings[key] = result.data;
    else problems.push(...result.error.issues.flatMap((issue) => describe(key, issue, raw[key])));
  }
  settings.backendInstances ??= defaultInstances(settings as Partial<Settings>);
  problems.push(...conflicts(settings as Partial<Settings>), ...before);
  settings.websocketPath &&= mainWebsocketPath(settings as Settings);
  if (problems.length > 0) throw new ConfigurationError(problems);
  settings.backendShared = sharedWithTaken(settings);
  return settings as Settings;
}

function unknownKeys(raw: Record<string, unknown>): string[] {
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

function describe(key: string, issue: z.core.$ZodIssue, value: unknown): string[] {
  const path = [key, ...issue.path].join(".");
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(", ");
    return issue.keys.map((name) => unknown(`${path}.${name}`, name, known, `expected ${issue.message}`));
  }
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
