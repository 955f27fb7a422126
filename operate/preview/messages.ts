import { labels } from "../../infra/preview/labels.ts";
import type { Diagnostic, Preview } from "./read.ts";
import { isSecret, placeOf, stepOrder } from "./step-of.ts";

/** The messages of a preview by what they say, each with the resource it is about. */
export interface Message {
  urn: string | undefined;
  text: string;
}

export interface Check extends Message {
  /** It needs attention. */
  warns: boolean;
}

/** Something on the host that is not as it was left. */
export interface Drift {
  urn: string | undefined;
  reasons: string[];
  /** Unified diffs of files, one element a file, from the host's text to the desired one. */
  diffs: string[];
}

/** What serves on a host before the first `up`. */
export interface Finding {
  text: string;
  /** Unified diffs, from the host's text to the desired one. */
  diffs: string[];
}

export interface Messages {
  found: Finding[];
  drift: Drift[];
  reach: Message[];
  /** The table of all hosts of a fleet. */
  fleet: Message[];
  unverified: Message[];
  refused: Message[];
  checks: Check[];
  /** Errors that no label explains. */
  errors: Message[];
  warnings: Message[];
}

/** Sorts the messages of a preview. Which of them came first differs from run to run, so their text orders them. */
export function readMessages({ diagnostics }: Preview): Messages {
  const all = diagnostics.map(plain).sort(compare);
  const labelled = (label: string) =>
    all.flatMap(({ urn, text, severity }) =>
      text.startsWith(label) ? [{ urn, severity, text: text.slice(label.length).trim() }] : [],
    );
  const rest = all.filter(({ text }) => !Object.values(labels).some((label) => text.startsWith(label)));
  return {
    // In the order in which they were said, which tells a story.
    found: diagnostics.map(plain).flatMap(finding),
    drift: all.filter(({ text }) => text.startsWith(labels.drift)).map(drift),
    fleet: labelled(labels.fleet),
    reach: labelled(labels.reach),
    unverified: labelled(labels.unverified),
    refused: labelled(labels.refused),
    checks: labelled(labels.check).map((check) => ({ ...check, warns: check.severity !== "info" })),
    errors: rest.filter(({ severity }) => severity === "error"),
    warnings: rest.filter(({ severity, text }) => severity === "warning" && !isNoise(text)),
  };
}

interface Plain extends Message {
  severity: string;
}

/** Without the severity that the CLI puts before it. `info#err` is what a program wrote to its terminal. */
function plain({ urn, message, severity }: Diagnostic): Plain {
  const text = message.replace(/\r\n/g, "\n").replace(/^(error|warning|info): /, "");
  return { urn, text: text.trimEnd(), severity };
}

/** What concerns the whole host comes first, then the steps in their order; by code units, the same in every language. */
function compare(one: Plain, other: Plain): number {
  const [a, b] = [one, other].map(({ urn = "", text }) => `${stepNumber(urn)}\n${urn}\n${text}`);
  return a === b ? 0 : String(a) < String(b) ? -1 : 1;
}

function stepNumber(urn: string): number {
  const { step } = placeOf(urn);
  return step ? stepOrder.indexOf(step) + 1 : 0;
}

/** With `tls: off` there is no wss address; that an output is not there is no news. */
const isNoise = (text: string) => /^Undefined value \(\w+\) will not show as a stack output/.test(text);

function drift({ urn, text }: Plain): Drift {
  const [said = "", ...below] = text.split(/\n\n/);
  const reasons = said
    .split("\n")
    .map((line) => (line.startsWith(labels.drift) ? line.slice(labels.drift.length) : line));
  return { urn, reasons, diffs: urn && isSecret(urn) ? [] : splitDiffs(below.join("\n\n")) };
}

function finding({ text }: Plain): Finding[] {
  if (!text.startsWith(labels.found)) return [];
  const [said = "", ...below] = text.slice(labels.found.length).split(/\n\n/);
  return [{ text: said.trim(), diffs: splitDiffs(below.join("\n\n")) }];
}

/** Each file's diff begins with its two names. */
function splitDiffs(text: string): string[] {
  return text
    .split(/^(?=--- .*\n\+\+\+ )/m)
    .map((one) => one.replace(/^\n+/, "").trimEnd())
    .filter(Boolean);
}
