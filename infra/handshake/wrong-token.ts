import type { Entered } from "./protocol.ts";
import { type Entry, enterAndLeave, type RunOptions } from "./run.ts";
import type { Seen } from "./seen.ts";

/**
 * - `refused`: a client with a wrong token was not let in.
 * - `accepted`: it was let in, and a client without any token is not, or shows none.
 * - `not wanted`: it was let in, and so is a client without any token: this backend asks for none here.
 * - `not asked`: this handshake shows no token.
 * - `unknown`: the connection to the backend broke.
 */
export type TokenAnswer = "refused" | "accepted" | "not wanted" | "not asked" | "unknown";

export interface WrongToken {
  answer: TokenAnswer;
  /** What the client with the wrong token saw, for a person. */
  said: string;
}

/** A backend that lets a client in and checks its token afterwards closes the connection within this time. */
const secondThoughtMs = 1_000;

/**
 * Whether a wrong token is refused, in the protocol's own words and judged by whether the protocol lets the client in.
 * Only what a client does until it is let in: nothing is changed on the host. `options.token` is the right one.
 */
export async function askWrongToken(options: RunOptions): Promise<WrongToken> {
  const { protocol, token } = options;
  if (!protocol.showsToken || token === "")
    return { answer: "not asked", said: "this handshake shows no token" };
  const wrong = await tryToken(options, wrongTokenLike(token));
  const refused = await refusalOf(options, wrong);
  if (refused) return refused;
  const none = await tryToken(options, "");
  if (!none.entry.failure)
    return {
      answer: "not wanted",
      said: "a client with a wrong one was let in, and so was a client without any",
    };
  return {
    answer: "accepted",
    said: "a client with a wrong one was let in as one with the right one is",
  };
}

interface Try {
  entry: Entry;
  session?: Entered;
}

async function tryToken(options: RunOptions, token: string): Promise<Try> {
  let entered: Entered | undefined;
  const entry = await enterAndLeave({ ...options, token }, async (session) => {
    entered = session;
    await session.client?.stay(secondThoughtMs);
  });
  return { entry, ...(entered && { session: entered }) };
}

/** Undefined where the client was let in. */
async function refusalOf(options: RunOptions, { entry, session }: Try): Promise<WrongToken | undefined> {
  if (entry.failure) {
    const answer = isRefusal(entry) ? "refused" : "unknown";
    return { answer, said: entry.failure.cause };
  }
  const { sameAnswer } = options.protocol;
  if (!sameAnswer || !session) return undefined;
  const right = await tryToken(options, options.token);
  if (!right.session) return { answer: "unknown", said: right.entry.failure?.cause ?? "" };
  if (sameAnswer(right.session, session)) return undefined;
  return { answer: "refused", said: `it answered ${session.answers?.join(" ")}` };
}

/** Answers from something in between, or from a failing backend, say nothing about the token. */
function isRefusal({ seen, rows }: Entry): boolean {
  if (!seen || seen.unsendable !== undefined) return false;
  if (seen.refused !== undefined) return true;
  if (seen.status !== undefined)
    return seen.status >= 400 && seen.status < 500 && ![408, 426, 429].includes(seen.status);
  if (seen.closeCode !== undefined) return ![1001, 1011, 1012, 1013].includes(seen.closeCode);
  return connected(rows, seen);
}

/** It took the connection and said nothing, or cut it: the client is not in. */
function connected(rows: Entry["rows"], { waitedMs, code }: Seen): boolean {
  const upgraded = rows.some(({ hop, status }) => hop === "upgrade" && status === "ok");
  if (upgraded) return waitedMs !== undefined;
  const way = rows.filter(({ hop }) => ["name", "tcp", "tls"].includes(hop));
  return way.every(({ status }) => status === "ok") && (code === "ECONNRESET" || code === "EPIPE");
}

/** Of the form of the right one: a backend that reads a JWT and does not verify it must not pass for one that does. */
export function wrongTokenLike(token: string): string {
  const [, head, signature] = /^([\w-]+\.[\w-]+\.)([\w-]+)$/.exec(token) ?? [];
  if (head === undefined || signature === undefined) return "not-a-token";
  return head + [...signature].map((letter) => (letter === "A" ? "B" : "A")).join("");
}
