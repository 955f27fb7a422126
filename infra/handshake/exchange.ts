import type { Client } from "./client.ts";
import { Stopped } from "./seen.ts";
import { fillKnown, type Json, match, type Values } from "./values.ts";

/** Waits for what a step expects. Gives all values known afterwards; where it fails the error has what was awaited. */
export async function awaitAnswer(
  client: Client,
  expected: Json,
  values: Values,
  withinMs: number,
): Promise<Values> {
  try {
    return await client.receive((text) => match(expected, readable(text, expected), values), withinMs);
  } catch (error) {
    if (error instanceof Stopped) error.seen.expected = JSON.stringify(fillKnown(expected, values));
    throw error;
  }
}

/** A text is compared as a text; anything else with the JSON that the text holds. */
function readable(text: string, expected: Json): Json | undefined {
  if (typeof expected === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
