import type { Client } from "../client.ts";
import { type Frame, textOf } from "../frame.ts";
import { Stopped } from "../seen.ts";
import type { Json } from "../values.ts";

export type Members = { [key: string]: Json };

/** The first frame that the picker wants; where none comes, the error says what was due. */
export async function awaitFrame<T>(
  client: Client,
  pick: (frame: Frame) => T | undefined,
  { withinMs, expected }: { withinMs: number; expected: string },
): Promise<T> {
  try {
    return await client.receive(pick, withinMs);
  } catch (error) {
    if (error instanceof Stopped) error.seen.expected = expected;
    throw error;
  }
}

/** The JSON object that a frame holds; undefined where it holds none. */
export function membersOf(frame: Frame): Members | undefined {
  return objectIn(textOf(frame));
}

export function objectIn(text: string): Members | undefined {
  const value = jsonIn(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

export function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
