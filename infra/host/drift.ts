import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { type PayloadFile, parsePayload } from "../render/payload.ts";
import type { Facts, FileFact } from "./facts.ts";

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
  const expected = parsePayload(onHost(applied.payload, facts)).files;
  const wanted = parsePayload(onHost(desired, facts)).files;
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
  return [{ reason: lines.at(-1)?.replace(/^geo-system [a-z]*: /, "") || "the check of this step failed" }];
}

/** The payload as the host's own script fills it in: what only the host knows stands open in it. */
function onHost(payload: string, { user, ipv6 }: Facts): string {
  const filled = user ? payload.replaceAll("@home@", user.home).replaceAll("@group@", user.group) : payload;
  return ipv6 ? filled : filled.replace(/^ *listen \[::\].*\n/gm, "");
}

function fileDrift({ path, found }: FileFact, expected: PayloadFile[], wanted: PayloadFile[]): Drift[] {
  const before = expected.find((file) => file.path === path);
  if (!before) return [];
  if (!found) return [{ path, reason: `${path} was deleted on the host` }];
  return [textDrift(path, found, before, wanted), accessDrift(path, found, before)].flat();
}

type Found = NonNullable<FileFact["found"]>;

function textDrift(path: string, found: Found, before: PayloadFile, wanted: PayloadFile[]): Drift[] {
  if (found.text === before.text) return [];
  const desired = wanted.find((file) => file.path === path)?.text ?? before.text;
  return [
    {
      path,
      reason: `${path} was edited on the host at ${moment(found.modified)}`,
      diff: unified(path, found.text, desired),
    },
  ];
}

function accessDrift(path: string, found: Found, { owner, mode = "0644" }: PayloadFile): Drift[] {
  const expected = `${owner} ${mode}`;
  const is = `${found.owner} ${found.mode}`;
  return is === expected ? [] : [{ path, reason: `${path} is ${is} on the host, expected ${expected}` }];
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
