// The small language of a script: texts with `${names}`, filled in what is sent, matched in what is expected.
import { isDeepStrictEqual } from "node:util";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Values = ReadonlyMap<string, Json>;

const placeholder = /\$\{(\w+)\}/g;
const lone = /^\$\{(\w+)\}$/;

/** The names used anywhere in it. */
export function placeholders(value: Json): string[] {
  if (typeof value === "string") return [...value.matchAll(placeholder)].map(([, name]) => name as string);
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(placeholders);
}

/** The value with its names replaced. A text that is one name alone becomes that value, whatever its type. */
export function fill(value: Json, values: Values): Json {
  if (typeof value === "string") return fillText(value, values);
  if (Array.isArray(value)) return value.map((each) => fill(each, values));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, values)]));
}

function fillText(text: string, values: Values): Json {
  const name = lone.exec(text)?.[1];
  if (name !== undefined) return known(name, values);
  return text.replace(placeholder, (_, name: string) => asText(known(name, values)));
}

/** The same for a person: names without a value stay as they are. */
export function fillKnown(value: Json, values: Values): Json {
  const names = placeholders(value).map((name) => [name, values.get(name) ?? `\${${name}}`] as const);
  return fill(value, new Map(names));
}

/** A log line's pattern; the values in it stand for themselves. */
export function fillPattern(pattern: string, values: Values): RegExp {
  const asItself = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(pattern.replace(placeholder, (_, name: string) => asItself(asText(known(name, values)))));
}

/**
 * Whether what arrived has at least what is expected. Gives all values known afterwards, with those that the message
 * brought, or `undefined` where it does not match.
 */
export function match(expected: Json, found: Json | undefined, values: Values): Values | undefined {
  const name = typeof expected === "string" ? lone.exec(expected)?.[1] : undefined;
  if (name !== undefined && !values.has(name)) {
    return found === undefined ? undefined : new Map(values).set(name, found);
  }
  if (name !== undefined) return isDeepStrictEqual(values.get(name), found) ? values : undefined;
  if (typeof expected === "string") return fillText(expected, values) === found ? values : undefined;
  if (expected === null || typeof expected !== "object") return expected === found ? values : undefined;
  return matchMembers(expected, found, values);
}

function matchMembers(expected: Json[] | Record<string, Json>, found: Json | undefined, values: Values) {
  if (found === null || typeof found !== "object" || Array.isArray(found) !== Array.isArray(expected))
    return undefined;
  const members = found as Record<string, Json>;
  let known: Values | undefined = values;
  for (const [key, value] of Object.entries(expected)) {
    known = known && match(value, Object.hasOwn(members, key) ? members[key] : undefined, known);
  }
  return known;
}

function known(name: string, values: Values): Json {
  const value = values.get(name);
  if (value === undefined) throw new Error(`\${${name}} has no value`);
  return value;
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
