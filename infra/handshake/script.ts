import { z } from "zod";
import { check } from "../settings/checks.ts";
import { wholeOpeningMembers } from "./opening-options.ts";
import { scriptProblems } from "./script-check.ts";
import type { Json } from "./values.ts";

const isJson = (value: unknown) => z.json().safeParse(value).success;

/** A text, or what a JSON message can hold. */
const message = z.custom<Json>(isJson, "a text, or what JSON can hold");
const milliseconds = check.whole("whole milliseconds, at least 1", 1, 2_147_483_647);
const base64 = z.base64("bytes in base64");

const sends = ["send", "sendHex", "sendBase64"] as const;
const expects = ["expect", "expectPattern", "expectHex", "expectBase64"] as const;

/** One exchange: send something, wait for something, or both; ping; or stay open. In this order. */
const step = check
  .members({
    /** Names the hop in the report. */
    name: z.string("text that names the step").min(1, "text that names the step"),
    /** Which of the two connections; opened when it is first used. Default 1. */
    client: z.literal([1, 2], "1 or 2").default(1),
    /** An object is sent as JSON, a string as it is. */
    send: message.optional(),
    /** A binary frame: two hexadecimal digits a byte, blanks between them where you like. */
    sendHex: z.string("bytes in hexadecimal").optional(),
    /** A binary frame. */
    sendBase64: base64.optional(),
    /** Sends a ping frame and waits for its pong frame. */
    pingFrame: z.literal(true, "true").optional(),
    /** An object waits for a JSON message that has at least these members; a string for that text. */
    expect: message.optional(),
    /** A regular expression for a text; its named groups are values from then on. */
    expectPattern: z.string("a regular expression").optional(),
    /** A regular expression for a binary frame in hexadecimal: `..` is any byte, `(?<id>....)` keeps two, `.*` is the rest. */
    expectHex: z.string("bytes in hexadecimal").optional(),
    /** A binary frame, exactly. */
    expectBase64: base64.optional(),
    /** Milliseconds to wait for it. Default: the time the proof gives to an opening. */
    within: milliseconds.optional(),
    /** Milliseconds for which the connection must stay open; what arrives is passed over. */
    stay: milliseconds.optional(),
    /** Also sent when an earlier step failed, without waiting: takes back what the script left behind. Default false. */
    cleanup: z.boolean("true or false").default(false),
  })
  .superRefine((step, context) => {
    const given = (keys: readonly (keyof typeof step)[]) => keys.filter((key) => step[key] !== undefined);
    const add = (message: string) => context.addIssue({ code: "custom", message });
    if (given([...sends, ...expects, "pingFrame", "stay"]).length === 0)
      add("send, expect or both, or pingFrame or stay");
    for (const keys of [sends, expects]) {
      if (given(keys).length > 1) add(`one of ${given(keys).join(" and ")} in a step`);
    }
  });

const opening = check.members(wholeOpeningMembers);

const followable = z.looseObject({
  clients: z.record(z.string(), z.looseObject({}).optional()),
  steps: z.array(z.looseObject({})),
  logLines: z.array(z.string()),
});

export const scriptMembers = {
  clients: check.members({ 1: opening.optional(), 2: opening.optional() }).default({}),
  steps: z.array(step, "a list of steps").default([]),
  /** What the backend sends to a client that it does not let in, such as `{ type: "error" }`. */
  refused: message.optional(),
  /** Regular expressions that may use the values of the steps; each must match in the backend's log. */
  logLines: check.texts.default([]),
  /** Milliseconds within which they must be there. */
  logWithin: milliseconds.default(6_000),
};

/**
 * What the handshake sends and expects, in order. Other messages that arrive in between are passed over. The whole
 * language with examples: docs/handshake.md.
 *
 * Texts may hold `${token}` and `${nonce}` (new for each URL), and names of one's own: where an `expect` holds
 * `"${topic}"` and `topic` is not known yet, it takes the value that arrived, and later steps use it.
 *
 * @example
 * { steps: [
 *   { name: "token", send: { type: "login", jwt: "${token}" }, expect: { type: "welcome", session: "${session}" } },
 *   { name: "echo", send: { type: "echo", session: "${session}", text: "${nonce}" }, expect: { text: "${nonce}" } },
 * ] }
 */
export const handshakeScript = check.members(scriptMembers).superRefine(
  (script, context) => {
    for (const { path, message } of scriptProblems(script)) {
      context.addIssue({ code: "custom", path, message });
    }
  },
  // Also where something else is wrong, as long as the names can be followed: one error lists every problem.
  { when: ({ value }) => followable.safeParse(value).success },
);

export type HandshakeStep = z.output<typeof step>;
export type HandshakeScript = z.output<typeof handshakeScript>;
/** The same as it is written, defaults left out. */
export type HandshakeScriptInput = z.input<typeof handshakeScript>;
