import type { Meaning } from "./meaning.ts";
import { messages } from "./messages.ts";

/** What a message that was pasted means; undefined where it is not known. */
export function explain(pasted: string): Meaning | undefined {
  const words = withoutAddresses(pasted);
  return messages.find(({ pattern }) => pattern.test(words));
}

/** A port or a number in an address is no status. */
function withoutAddresses(text: string): string {
  return text
    .replace(/\b(wss?|https?):\/\/[^\s'"’”)]+/gi, kindOf)
    .replace(/\b\d+\.\d+\.\d+\.\d+:22\b/g, "ADDRESS OF SSH")
    .replace(/\b\d+\.\d+\.\d+\.\d+(:\d+)?/g, "ADDRESS");
}

/** A browser says of a session of socket.io that is not known only 400, and its address. */
const kindOf = (url: string) => (/\/socket\.io\/\?.*\bsid=/.test(url) ? "URL of a socket.io session" : "URL");

/** The known message that shares most words with it; undefined where none shares a telling part. */
export function nearest(pasted: string): Meaning | undefined {
  const asked = wordsOf(pasted);
  const scored = messages.map((meaning) => ({ meaning, score: likeness(asked, wordsOf(meaning.example)) }));
  const best = scored.reduce((one, other) => (other.score > one.score ? other : one));
  return best.score >= leastLikeness ? best.meaning : undefined;
}

/** Of 1, by Sørensen and Dice. Below it two messages share only what most messages have. */
const leastLikeness = 0.3;

function likeness(one: Set<string>, other: Set<string>): number {
  const shared = [...one].filter((word) => other.has(word)).length;
  return (2 * shared) / (one.size + other.size);
}

const everywhere = new Set([
  "error",
  "the",
  "and",
  "not",
  "was",
  "for",
  "websocket",
  "url",
  "address",
  "connection",
  "failed",
]);

function wordsOf(text: string): Set<string> {
  const words =
    withoutAddresses(text)
      .toLowerCase()
      .match(/[\p{L}\d_]{3,}/gu) ?? [];
  return new Set(words.filter((word) => !everywhere.has(word)));
}

/** What `--explain` prints of a message. */
export function explanationText(pasted: string): string {
  const found = explain(pasted);
  if (found) return `${found.means}\n  check: ${found.check}\n  worry: ${found.worry}`;
  const near = nearest(pasted);
  return [
    "This message is not known.",
    ...(near ? [`  nearest: “${near.example.trim()}”: ${near.means}`] : []),
    "  check: npm run diagnose looks at every hop and names the broken one",
    "  worry: only if errors last longer than five minutes",
  ].join("\n");
}

/** The same for a program; `known` is false if it is only the nearest known message. */
export function explanationJson(pasted: string): string {
  const found = explain(pasted);
  const told = found ?? nearest(pasted);
  const { name, means, check, worry } = told ?? {};
  return JSON.stringify({ known: found !== undefined, message: name, means, check, worry }, null, 2);
}
