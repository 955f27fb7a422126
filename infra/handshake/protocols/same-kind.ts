import { isDeepStrictEqual } from "node:util";

/** Words with which backends say no, in whatever member. */
const refusal =
  /(?<![a-z])(error|fail(ed|ure)?|denied|invalid|unauth\w*|forbidden|refused|rejected)(?![a-z])/i;

/**
 * Whether two answers are of one kind, as far as that can be told without knowing the backend: JSON with the same
 * members, where the second says no word of refusal that the first does not say. A script's wildcard accepts both
 * `{"type":"welcome","user":2}` and `{"type":"error","why":"bad token"}`; only one of them lets the client in.
 */
export function sameKind(right: string, wrong: string): boolean {
  if (!isDeepStrictEqual(shape(right), shape(wrong))) return false;
  return refusal.test(right) || !refusal.test(wrong);
}

/** The names of the members, and the values that are no texts or numbers: `{"ok":true}` is not `{"ok":false}`. */
function shape(text: string): unknown {
  try {
    return shapeOf(JSON.parse(text));
  } catch {
    return "text";
  }
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return "list";
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
}
