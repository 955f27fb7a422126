import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { type PayloadFile, parsePayload } from "../render/payload.ts";
import type { Facts, FileFact } from "./facts.ts";
import { filledIn } from "./filled-in.ts";

/** How the host differs from what was applied last, and not because the desired state changed. */
export interface Drift {
  /** For a person: `/etc/nginx/sites-available/geo-system was edited on the host at 2026-11-25 03:12:44 UTC`. */
  reason: string;
  /** The file that differs; absent where it is something else. */
  path?: string;
  /** From the host's text to the desired one, as a unified diff; absent where there is no text to compare. */
  diff?: string;
}

/**
 * The drift of one step. A step that was never applied on this host has none: it is new.
 *
 * @param desired the payload that is wanted now: the right side of the diffs
 * @example driftOf("site", facts, sitePayload(settings, host)).map(({ reason }) => reason)
 */
export function driftOf(step: string, facts: Facts, desired: string): Drift[] {
  const applied = facts.applied[step];
  if (!applied) return [];
  const expected = parsePayload(filledIn(applied.payload, facts)).files;
  const wanted = parsePayload(filledIn(desired, facts)).files;
  const files = facts.files.filter((file) => file.step === step);
  const said = (facts.differs[step] ?? []).map((reason) => ({ reason }));
  return [
    ...files.flatMap((file) => fileDrift(file, expected, wanted)),
    ...said,
    ...failedCheck(step, facts),
  ];
}

/** A check that could not go on says on its last but one line what stood in its way. */
function failedCheck(step: string, { failed }: Facts): Drift[] {
  const said = failed[step];
  if (said === undefined) return [];
  const lines = said.split("\n").filter((line) => !/^ +next: /.test(line));
  return [
    { reason: lines.at(-1)?.replace(/^geo-system [a-z0-9-]*: /, "") || "the check of this step failed" },
  ];
}

/** What is already as it is wanted now is no drift: a run that failed may have come so far. */
function fileDrift({ path, found, left }: FileFact, expected: PayloadFile[], wanted: PayloadFile[]): Drift[] {
  const before = expected.find((file) => file.path === path);
  if (!before) return [];
  const desired = wanted.find((file) => file.path === path);
  if (!found) return desired ? [{ path, reason: `${path} was ${removedBy(left)}` }] : [];
  const text = [before.text, desired?.text].includes(found.text)
    ? []
    : [textDrift(path, found, desired ?? before, left)];
  return [...text, ...accessDrift(path, found, desired ? [before, desired] : [before])];
}

const removedBy = (left?: true) => (left ? "removed by a run that failed" : "deleted on the host");

type Found = NonNullable<FileFact["found"]>;

function textDrift(path: string, found: Found, { text }: PayloadFile, left?: true): Drift {
  const reason = left
    ? `${path} is as a run that failed at ${moment(found.modified)} left it`
    : `${path} was edited on the host at ${moment(found.modified)}`;
  return { path, reason, diff: unified(path, found.text, text) };
}

function accessDrift(path: string, found: Found, taken: PayloadFile[]): Drift[] {
  const is = `${found.owner} ${found.mode}`;
  const [expected = is, ...others] = taken.map(({ owner, mode = "0644" }) => `${owner} ${mode}`);
  return is === expected || others.includes(is)
    ? []
    : [{ path, reason: `${path} is ${is} on the host, expected ${expected}` }];
}

function unified(path: string, found: string, desired: string): string {
  const names = [`${path} (on the host)`, `${path} (desired)`] as const;
  return createTwoFilesPatch(...names, found, desired, undefined, undefined, {
    context: 2,
    headerOptions: FILE_HEADERS_ONLY,
  }).trimEnd();
}

/** `2026-11-25 03:12:44 UTC`: the same for every reader of a pull request. */
const moment = (time: number) => `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
