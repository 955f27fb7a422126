import { z } from "zod";
import { check } from "../settings/checks.ts";
import { unknownPlaceholders } from "./script-check.ts";
import type { Json } from "./values.ts";

const isJson = (value: unknown) => z.json().safeParse(value).success;

/** A text, or what a JSON message can hold. */
const message = z.custom<Json>(isJson, "a text, or what JSON can hold");
const milliseconds = check.whole("whole milliseconds, at least 1", 1, 2_147_483_647);
const texts = z.record(z.string(), z.string("text; set numbers in quotes"), "an object of texts");

/** One exchange: send something, or wait for something, or both. */
const step = check
  .members({
    /** Names the hop in the report. */
    name: z.string("text that names the step").min(1, "text that names the step"),
    /** Which of the two connections; opened when it is first used. Default 1. */
    client: z.literal([1, 2], "1 or 2").default(1),
    /** An object is sent as JSON, a string as it is. */
    send: message.optional(),
    /** An object waits for a JSON message that has at least these members; a string for that text. */
    expect: message.optional(),
    /** Milliseconds to wait for it. Default: the time the proof gives to an opening. */
    within: milliseconds.optional(),
    /** Also sent when an earlier step failed, without waiting: takes back what the script left behind. Default false. */
    cleanup: z.boolean("true or false").default(false),
  })
  .refine(({ send, expect }) => send !== undefined || expect !== undefined, "send, expect or both");

/** How a connection is opened, beside its URL. */
const opening = check.members({
  query: texts.default({}),
  headers: texts.default({}),
  protocols: check.texts.default([]),
});

const followable = z.looseObject({
  clients: z.record(z.string(), z.looseObject({}).optional()),
  steps: z.array(z.looseObject({})),
  logLines: z.array(z.string()),
});

/**
 * What the handshake sends and expects, in order. Other messages that arrive in between are passed over.
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
export const handshakeScript = check
  .members({
    clients: check.members({ 1: opening.optional(), 2: opening.optional() }).default({}),
    steps: z.array(step, "a list of steps"),
    /** Regular expressions that may use the values of the steps; each must match in the backend's log. */
    logLines: check.texts.default([]),
    /** Milliseconds within which they must be there. */
    logWithin: milliseconds.default(6_000),
  })
  .superRefine(
    (script, context) => {
      for (const { path, message } of unknownPlaceholders(script)) {
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
