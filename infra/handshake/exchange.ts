import { bytesOf, hexPattern } from "./bytes.ts";
import type { Client } from "./client.ts";
import { type Frame, type Sent, textOf } from "./frame.ts";
import type { HandshakeStep } from "./script.ts";
import { Stopped } from "./seen.ts";
import { fill, fillKnown, fillPattern, type Json, match, placeholders, type Values } from "./values.ts";

type Sends = Pick<HandshakeStep, "send" | "sendHex" | "sendBase64">;
type Expects = Pick<HandshakeStep, "expect" | "expectPattern" | "expectHex" | "expectBase64">;

/** What a step sends, filled in; undefined where it sends nothing. */
export function messageOf(
  { send, sendHex, sendBase64 }: Sends,
  values: Values,
  url: string,
): Sent | undefined {
  if (sendBase64 !== undefined) return Buffer.from(sendBase64, "base64");
  if (sendHex !== undefined) return filledBytes(String(fill(sendHex, values)), url);
  if (send === undefined) return undefined;
  const filled = fill(send, values);
  return typeof filled === "string" ? filled : JSON.stringify(filled);
}

function filledBytes(hex: string, url: string): Buffer {
  const bytes = bytesOf(hex);
  if (!bytes) throw new Stopped({ url, unsendable: `sendHex is filled in to "${hex}", which are no bytes` });
  return bytes;
}

/** The names in what a step sends. */
export const sentNames = ({ send, sendHex }: Sends): string[] => [
  ...placeholders(send ?? null),
  ...placeholders(sendHex ?? null),
];

export const expectsAnswer = ({ expect, expectPattern, expectHex, expectBase64 }: Expects): boolean =>
  [expect, expectPattern, expectHex, expectBase64].some((each) => each !== undefined);

export interface Answered {
  /** All values known afterwards. */
  values: Values;
  frame: Frame;
}

export interface Waiting {
  withinMs: number;
  /** What ends the wait: the backend does not let the client in. */
  refused?: Json | undefined;
}

/** Waits for what a step expects; where it fails the error has what was awaited. */
export async function awaitAnswer(
  client: Client,
  step: Expects,
  values: Values,
  { withinMs, refused }: Waiting,
): Promise<Answered> {
  const { wanted, accepts } = expectation(step, values);
  try {
    const answer = await client.receive((frame) => {
      const known = accepts(frame);
      if (known) return { values: known, frame };
      return refused !== undefined && matchJson(refused, frame, values)
        ? { refused: textOf(frame) }
        : undefined;
    }, withinMs);
    if (!("refused" in answer)) return answer;
    throw new Stopped({ url: "", refused: answer.refused });
  } catch (error) {
    if (error instanceof Stopped) error.seen.expected = wanted;
    throw error;
  }
}

interface Expectation {
  /** For a person. */
  wanted: string;
  accepts: (frame: Frame) => Values | undefined;
}

function expectation(
  { expect, expectPattern, expectHex, expectBase64 }: Expects,
  values: Values,
): Expectation {
  if (expectPattern !== undefined) {
    const pattern = fillPattern(expectPattern, values);
    return {
      wanted: `a text like ${pattern}`,
      accepts: (frame) => captured(pattern.exec(textOf(frame)), values),
    };
  }
  if (expectHex !== undefined) {
    const pattern = fillPattern(hexPattern(expectHex), values);
    return {
      wanted: `hex ${expectHex}`,
      accepts: ({ data }) => captured(pattern.exec(data.toString("hex")), values),
    };
  }
  if (expectBase64 !== undefined) {
    const bytes = Buffer.from(expectBase64, "base64");
    return {
      wanted: `base64 ${expectBase64}`,
      accepts: ({ data }) => (data.equals(bytes) ? values : undefined),
    };
  }
  const wanted = expect ?? null;
  return {
    wanted: JSON.stringify(fillKnown(wanted, values)),
    accepts: (frame) => matchJson(wanted, frame, values),
  };
}

function captured(found: RegExpExecArray | null, values: Values): Values | undefined {
  return found ? new Map<string, Json>([...values, ...Object.entries(found.groups ?? {})]) : undefined;
}

/** A text is compared as a text; anything else with the JSON that the text holds. */
function matchJson(expected: Json, frame: Frame, values: Values): Values | undefined {
  const text = textOf(frame);
  return match(expected, typeof expected === "string" ? text : parsed(text), values);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
