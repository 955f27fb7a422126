import type { Part } from "./fit-length.ts";
import { code, fence, inline, visible } from "./markdown.ts";
import type { Message, Messages } from "./messages.ts";
import { bullets, errorText, filePart, foldedDiff, releasePart } from "./parts.ts";
import type { Row } from "./rows.ts";
import { placeOf, type StepName } from "./step-of.ts";

/** What stays where there is not enough room for all: the lowest stays longest. */
export const rank = { head: 0, errors: 1, table: 2, drift: 3, checks: 4, driftDiffs: 5 };
/** Diffs come after all of that: first what users meet, last what is long and says least. */
const diffRanks: Record<StepName, number> = {
  site: 6,
  firewall: 6,
  capacity: 7,
  "file-set": 7,
  backend: 7,
  certificate: 7,
  acme: 7,
  packages: 8,
  command: 9,
  handshake: 9,
};
const releaseRank = 6;

const mostErrors = 8;

/** Refusals first, then what else failed, as it was said. */
export function errorParts({ refused, errors }: Messages, failure: string | undefined): Part[] {
  const said = [...refused, ...errors].map(({ text, urn }) => `${subject(urn, ": ")}${text}`);
  const texts = [...new Set(said.length > 0 ? said : present(failure))];
  const shown = texts.slice(0, mostErrors).map(errorText);
  const more = texts.length > mostErrors ? [`And ${texts.length - mostErrors} more.`] : [];
  return [...shown, ...more].map((text) => ({ rank: rank.errors, name: "an error", text }));
}

/** What a host serves that this package did not set up, and how its site differs from ours. */
export function foundParts({ found }: Messages): Part[] {
  if (found.length === 0) return [];
  const lines = found.map(({ text }) => inline(text));
  return [
    bullets("#### Found on the host, before anything is changed", lines, "what was found", rank.drift),
    ...found.flatMap(({ diffs }) => diffs.map((diff) => hostDiff(diff, "the site now and ours,"))),
  ];
}

/** What was changed on the host by hand, with the reversal as a diff. */
export function driftParts({ drift }: Messages): Part[] {
  if (drift.length === 0) return [];
  const reasons = drift.flatMap(({ urn, reasons }) =>
    reasons.map((reason) => `${subject(urn, ": ", "**")}${inline(reason)}`),
  );
  return [
    bullets("#### Drift: the host is not as it was left, `up` puts it back", reasons, "drift", rank.drift),
    ...drift.flatMap(({ diffs }) => diffs.map((diff) => hostDiff(diff, "drift of"))),
  ];
}

function hostDiff(diff: string, what: string): Part {
  const name = /^--- (.*?)(?: \(on the host\))?$/m.exec(diff)?.[1] ?? "a file";
  return foldedDiff(`${what} ${code(name)}`, `${what} ${name}`, visible(diff), rank.driftDiffs);
}

/** Where the host was silent: what follows is not what it is like now. */
export function unverifiedParts({ unverified }: Messages): Part[] {
  const text = unverified.map((message) => `> ⚠️ **Unverified:** ${inline(message.text)}`).join("\n>\n");
  return text ? [{ rank: rank.errors, name: "why it is unverified", text }] : [];
}

/** What was checked beforehand, and Pulumi's own warnings. */
export function checkParts({ checks, warnings }: Messages): Part[] {
  const list = [
    ...checks.map(
      ({ text, warns, urn }) => `${warns ? "⚠️" : "ℹ️"} ${subject(urn, ": ", "**")}${inline(text)}`,
    ),
    ...warnings.map(({ text }) => `⚠️ ${inline(text)}`),
  ];
  return list.length > 0
    ? [bullets("#### Checked beforehand", [...new Set(list)], "checks", rank.checks)]
    : [];
}

/** The diffs of every step's files. */
export function diffParts(rows: readonly Row[]): Part[] {
  const parts = rows.flatMap(({ step, changes }) => {
    const stepRank = step ? diffRanks[step] : diffRanks.command;
    return changes.flatMap(({ files, release }) => [
      ...present(release && releasePart(step ?? "", release, releaseRank)),
      ...files.map((file) => filePart(file, stepRank)),
    ]);
  });
  // Hosts of a fleet mostly change alike.
  return [...new Map(parts.map((part) => [part.text, part])).values()];
}

/** The table of all hosts of a fleet. */
export function fleetParts({ fleet }: Messages): Part[] {
  return fleet.map(({ text }) => ({ rank: rank.table, name: "the table of hosts", text: fence(text) }));
}

/** Whom a message is about, in the word of its step; nothing for the whole host. */
function subject(urn: Message["urn"], after: string, around = ""): string {
  const { step, application, name } = urn ? placeOf(urn) : {};
  const host = urn?.includes("WebSocketFleet$") ? ` of ${name}` : "";
  return step ? `${around}${step}${application ? ` ${application}` : ""}${host}${around}${after}` : "";
}

const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
