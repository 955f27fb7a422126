import type { Meaning } from "./meaning.ts";
import { messages } from "./messages.ts";

/** What a message that somebody pasted means; undefined where nobody knows it. */
export function explain(pasted: string): Meaning | undefined {
  const words = withoutAddresses(pasted);
  return messages.find(({ pattern }) => pattern.test(words));
}

/** A port or a number in an address is no status. */
function withoutAddresses(text: string): string {
  return text
    .replace(/\b(wss?|https?):\/\/[^\s'"’”)]+/gi, "URL")
    .replace(/\b\d+\.\d+\.\d+\.\d+(:\d+)?/g, "ADDRESS");
}

/** What `--explain` prints of what {@link explain} found. */
export function explanationText(found: Meaning | undefined): string {
  if (!found) {
    return "This message is not known.\n  check: npm run diagnose, which looks at every hop\n  worry: only if errors last longer than five minutes";
  }
  return `${found.means}\n  check: ${found.check}\n  worry: ${found.worry}`;
}
