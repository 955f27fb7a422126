import { type FileDiff, fileDiff } from "./file-diff.ts";
import { parsePayload } from "./payload-text.ts";
import type { Operation, Preview } from "./read.ts";
import { type ReleaseChange, releaseChange, releaseSettings } from "./release-change.ts";
import { isSecret, type Place, placeOf, typeOf } from "./step-of.ts";

/** What happens to one resource. */
export interface Change {
  urn: string;
  place: Place;
  /** Pulumi's word: create, update, replace, delete … */
  op: string;
  /** The inputs that differ. A command line that differs only in its run does not count: it runs again, no more. */
  inputs: string[];
  /** The options of its command line that differ: `script`, `certificate`. Undefined where only `up` will know. */
  options: string[] | undefined;
  files: FileDiff[];
  release: ReleaseChange | undefined;
}

/** A preview's placeholder for a value that only `up` will know. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const hidden = "[secret]";

/** The resources that change, in Pulumi's order; a component's or a stack's own entry is none. */
export function readChanges({ steps }: Preview): Change[] {
  return steps.filter(changes).map(change);
}

/** A replacement is reported once, not as its deletion and creation as well. */
function changes({ op, urn }: Operation): boolean {
  const quiet = ["same", "read", "refresh", "create-replacement", "delete-replaced", "discard-replaced"];
  return (
    !quiet.includes(op) &&
    !/:(Stack|WebSocketHost|WebSocketFleet)::/.test(urn) &&
    !urn.includes("::pulumi:providers:")
  );
}

function change(operation: Operation): Change {
  const { urn, op } = operation;
  const place = placeOf(urn);
  const [before, after] = [text(operation.oldState), text(operation.newState)];
  // What undo leaves is not what was here before the last `up`: it gives back what the host had before the first.
  const shown = place.step !== undefined && !isSecret(urn) && op !== "delete";
  return {
    urn,
    place,
    op,
    inputs: changedInputs(operation),
    options: changedOptions(operation),
    files: shown ? files(place, before, after) : [],
    release: shown && hasReleases(place) ? releaseChange(before, after) : undefined,
  };
}

/** The text that enters a step's command; undefined where there is none, or none that may be shown. */
function text(state: Operation["oldState"]): string | undefined {
  const stdin = state?.inputs?.stdin;
  return typeof stdin === "string" && stdin !== hidden && stdin !== unknown ? stdin : undefined;
}

function changedInputs(operation: Operation): string[] {
  const { op, oldState, newState, detailedDiff } = operation;
  const [before, after] = [oldState?.inputs ?? {}, newState?.inputs ?? {}];
  if (op === "create" || op === "delete") return [];
  const differing = Object.keys({ ...before, ...after }).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const told = Object.keys(detailedDiff ?? {}).map((path) => path.split(/[.[]/)[0] ?? path);
  const onlyRuns = changedOptions(operation)?.length === 0;
  return [...new Set([...differing, ...told])].filter((key) => key !== "create" || !onlyRuns).sort();
}

/** Counts the times that a host needed a step; it differs whenever the step runs, and says nothing of why. */
const runOption = "run";

/** `sudo geo-system site apply --script 04da6b54 --certificate … --run …` before and after. */
function changedOptions({ oldState, newState }: Operation): string[] | undefined {
  const [before, after] = [oldState?.inputs?.create, newState?.inputs?.create];
  if (typeof before !== "string" || typeof after !== "string") return [];
  if (after === unknown) return undefined;
  const options = (line: string) =>
    new Map([...line.matchAll(/ --([\w-]+) (\S+)/g)].map(([, name, value]) => [name, value]));
  const [old, wanted] = [options(before), options(after)];
  return [...new Set([...old.keys(), ...wanted.keys()])].flatMap((name) =>
    name && name !== runOption && old.get(name) !== wanted.get(name) ? [name] : [],
  );
}

function files(place: Place, before: string | undefined, after: string | undefined): FileDiff[] {
  if (before === undefined && after === undefined) return [];
  if (place.step === "command")
    return present(fileDiff("/usr/local/sbin/geo-system", side(before), side(after)));
  const [old, wanted] = [parsePayload(before ?? ""), parsePayload(after ?? "")];
  const settings = (lines: string[]) => side(lines.filter((line) => !releaseSettings.test(line)).join("\n"));
  const paths = new Set([...old.files.keys(), ...wanted.files.keys()]);
  return [
    ...present(
      fileDiff(
        `settings of ${place.step}`,
        before === undefined ? undefined : settings(old.settings),
        after === undefined ? undefined : settings(wanted.settings),
      ),
    ),
    ...[...paths].flatMap((path) => present(fileDiff(path, old.files.get(path), wanted.files.get(path)))),
  ];
}

const side = (value: string | undefined) => (value === undefined ? undefined : { text: value });
const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

/** A resource's name for a reader who sees it in the table: `Bucket logs`. */
export function resourceName({ urn, place }: Change): string {
  return `${typeOf(urn)} ${place.name}`;
}

const hasReleases = ({ step }: Place) => step === "backend" || step === "file-set";
