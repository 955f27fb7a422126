import { readChanges } from "./changes.ts";
import { fitLength, type Part } from "./fit-length.ts";
import { inline, shortened } from "./markdown.ts";
import { readMessages } from "./messages.ts";
import type { Preview } from "./read.ts";
import { rows, table } from "./rows.ts";
import {
  checkParts,
  diffParts,
  driftParts,
  errorParts,
  fleetParts,
  foundParts,
  rank,
  unverifiedParts,
} from "./sections.ts";
import { verdict } from "./verdict.ts";

/** A comment on GitHub holds 65,536 characters; text that a user puts around a summary needs some. */
export const longest = 60_000;

export interface SummaryOptions {
  stack: string;
  /** What Pulumi said beside the preview, where it failed. */
  failure?: string | undefined;
  /** A line for the end, such as the commit it was made for. */
  note?: string | undefined;
}

/** The first line of a summary, invisible when rendered: a comment is found again by it. */
export function marker(stack: string): string {
  return `<!-- geo-system preview of ${stack.replace(/[^\w./-]|--+/g, "-")} -->`;
}

/**
 * A preview as Markdown for a pull request: what `up` would do, whom it disturbs, and what drifted, with folded diffs.
 * The same preview gives the same text, in at most 60,000 characters: the least important goes first, and is named.
 *
 * @param preview what `pulumi preview --json` said; undefined where it ended before it said anything
 * @example await writeFile("summary.md", summary(readPreview(text, "preview.json"), { stack: "prod" }));
 */
export function summary(preview: Preview | undefined, { stack, failure, note }: SummaryOptions): string {
  const known = preview ?? { steps: [], diagnostics: [] };
  const messages = readMessages(known);
  const all = rows(readChanges(known), messages);
  const head = `### ${inline(stack)}: ${verdict(all, messages, failure !== undefined)}`;
  const parts: Part[] = [
    { rank: rank.head, name: "the verdict", text: `${marker(stack)}\n${head}` },
    ...errorParts(messages, failure),
    ...unverifiedParts(messages),
    ...(all.length > 0 ? [{ rank: rank.table, name: "the table", text: table(all) }] : []),
    ...fleetParts(messages),
    ...foundParts(messages),
    ...driftParts(messages),
    ...checkParts(messages),
    ...diffParts(all),
    ...(note
      ? [{ rank: rank.head, name: "the note", text: `<sub>${inline(shortened(note, 300))}</sub>` }]
      : []),
  ];
  return `${withoutKeys(fitLength(parts, longest - 1))}\n`;
}

/** No step shows a private key; a last check, because a pull request is read by many and never forgets. */
function withoutKeys(text: string): string {
  return text.replace(
    /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(-----END \1-----|(?=\n```|$(?![\s\S])))/g,
    "[private key]",
  );
}
