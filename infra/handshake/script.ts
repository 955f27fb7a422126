import { z } from "zod";

const client = z.union([z.literal(1), z.literal(2)]);

/** One exchange: send something, or wait for something, or both. */
const step = z.strictObject({
  /** Names the hop in the report. */
  name: z.string().min(1),
  /** Which of the two connections; default 1. Opened when it is first used. */
  client: client.default(1),
  /** An object is sent as JSON, a string as it is. */
  send: z.json().optional(),
  /** An object matches a JSON message that has at least these members; a string matches a text. */
  expect: z.json().optional(),
  /** Milliseconds to wait for it. */
  within: z.number().int().positive().default(5_000),
  /** Also sent, unanswered, when an earlier step failed: takes back what the script left behind. */
  cleanup: z.boolean().default(false),
});

/** How a connection is opened. */
const opening = z.strictObject({
  query: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).default({}),
  protocols: z.array(z.string()).default([]),
});

export const handshakeScript = z.strictObject({
  clients: z.strictObject({ 1: opening.optional(), 2: opening.optional() }).default({}),
  steps: z.array(step),
  /** Regular expressions; each must match a line of the backend's log. */
  logLines: z.array(z.string()).default([]),
});

export type HandshakeScript = z.output<typeof handshakeScript>;
export type HandshakeScriptInput = z.input<typeof handshakeScript>;
