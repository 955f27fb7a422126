import type { IncomingMessage } from "node:http";

/** The longest that an answer may take to its end. */
const patienceMs = 3_000;
/** More than this is read and not kept. */
const kept = 100_000;

/**
 * The text of an HTTP answer, read to its end: a server that still writes while its client leaves gets a reset, and
 * some backends end with it. Only an answer without an end is left after three seconds.
 */
export async function readWhole(response: IncomingMessage): Promise<string> {
  let text = "";
  const timer = setTimeout(() => response.destroy(), patienceMs);
  try {
    for await (const chunk of response.setEncoding("utf8")) {
      if (text.length < kept) text += chunk;
    }
  } catch {
    // Cut off in the middle: what came is enough.
  } finally {
    clearTimeout(timer);
  }
  return text;
}
