import { z } from "zod";
import { unknownPlaceholders } from "./script-check.ts";

/** One exchange: send something, or wait for something, or both. */
const step = z.strictObject({
  /** Names the hop in the report. */
  name: z.string().min(1),
  /** Which of the two connections; opened when it is first used. Default 1. */
  client: z.union([z.literal(1), z.literal(2)]).default(1),
  /** An object is sent as JSON, a string as it is. */
  send: z.json().optional(),
  /** An object waits for a JSON message that has at least these members; a string for that text. */
  expect: z.json().optional(),
  /** Milliseconds to wait for it. Default: the time the proof gives to an opening. */
  within: z.number().int().positive().optional(),
  /** Also sent when an earlier step failed, without waiting: takes back what the script left behind. Default false. */
  cleanup: z.boolean().default(false),
});

/** How a connection is opened, beside its URL. */
const opening = z.strictObject({
  query: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).default({}),
  protocols: z.array(z.string()).default([]),
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
export const handshakeScript = z
  .strictObject({
    clients: z.strictObject({ 1: opening.optional(), 2: opening.optional() }).default({}),
    steps: z.array(step),
    /** Regular expressions that may use the values of the steps; each must match in the backend's log. */
    logLines: z.array(z.string()).default([]),
    /** Milliseconds within which they must be there. */
    logWithin: z.number().int().positive().default(6_000),
  })
  .superRefine((script, context) => {
    for (const { path, message } of unknownPlaceholders(script)) {
      context.addIssue({ code: "custom", path, message });
    }
  });

export type HandshakeStep = z.output<typeof step>;
export type HandshakeScript = z.output<typeof handshakeScript>;
/** The same as it is written, defaults left out. */
export type HandshakeScriptInput = z.input<typeof handshakeScript>;
