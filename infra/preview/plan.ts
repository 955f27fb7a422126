import { type Drift, driftOf } from "../host/drift.ts";
import type { Facts } from "../host/facts.ts";
import { type ParsedPayload, parsePayload } from "../render/payload.ts";
import { reachOf } from "./reach.ts";
import type { StepReach } from "./step-reach.ts";

/** What a step is applied with. */
export interface Wanted {
  payload: string;
  /** Of its command line: `{ script: "1a2b3c4d" }`. Options that the host knows and this lacks are not compared. */
  options: Record<string, string>;
}

/** What the next `up` does with a step, as the host and the desired state tell it. */
export interface StepPlan {
  /** Whether its script has anything to do. */
  needed: boolean;
  /** It was never applied on this machine. */
  first: boolean;
  /** The word that runs the script: another one than last time exactly where it is needed. */
  run: string;
  drift: Drift[];
  /** What was changed in the desired state: names of settings and options, paths of files. */
  changes: string[];
  reach: StepReach;
  /** The settings of the payload now, and when it was applied last. */
  settings: ParsedPayload["settings"];
  before: ParsedPayload["settings"];
}

/**
 * Compares what is wanted of a step with what the host says of it. Pure: the same facts give the same plan.
 *
 * @example stepPlan("site", facts, { payload, options: { script } }).needed // false: nothing to do
 */
export function stepPlan(step: string, facts: Facts, wanted: Wanted): StepPlan {
  const applied = facts.applied[step];
  const options = parseOptions(applied?.options);
  const desired = parsePayload(wanted.payload);
  const former = parsePayload(applied?.payload ?? "");
  const drift = driftOf(step, facts, wanted.payload);
  const changes = applied ? changesOf(former, desired, options, wanted.options) : [];
  return planned(step, facts, options, {
    first: !applied,
    drift,
    changes,
    settings: desired.settings,
    before: former.settings,
  });
}

type Compared = Pick<StepPlan, "first" | "drift" | "changes" | "settings" | "before">;

/** From what was compared to what follows of it. */
export function planned(step: string, facts: Facts, options: Options, compared: Compared): StepPlan {
  const { machine } = facts;
  const [formerMachine, number] = (options.run ?? "").split("-");
  const elsewhere = !compared.first && formerMachine !== machine;
  const drift = elsewhere ? [anotherMachine(formerMachine, machine), ...compared.drift] : compared.drift;
  const needed = compared.first || drift.length > 0 || compared.changes.length > 0;
  const run = needed ? `${machine}-${nextNumber(number, facts)}` : (options.run ?? "");
  const plan = { ...compared, drift, needed, run, reach: { reach: "nothing", text: "nothing" } as StepReach };
  return { ...plan, reach: needed ? reachOf(step, plan, facts) : plan.reach };
}

/** Counts on from the last run. Where its record is gone, the time: no earlier run has that number. */
const nextNumber = (last: string | undefined, { time }: Facts) =>
  last ? Number(last) + 1 : Math.floor(time / 1000);

function anotherMachine(former: string | undefined, machine: string): Drift {
  return {
    reason: former
      ? `this is another machine: its machine-id begins with ${machine}, and its files were applied on ${former}`
      : "the files on this machine were applied by a version that kept no record of its runs",
  };
}

export type Options = Readonly<Record<string, string | undefined>>;

/** `--script 1a2b3c4d --run 9f3c51ab-7` by name. */
export function parseOptions(line = ""): Options {
  return Object.fromEntries([...line.matchAll(/--(\S+) (\S+)/g)].map(([, name, value]) => [name, value]));
}

function changesOf(
  former: ParsedPayload,
  desired: ParsedPayload,
  options: Options,
  wanted: Wanted["options"],
): string[] {
  const changed = Object.entries(wanted).filter(([name, value]) => options[name] !== value);
  const names = new Set([...Object.keys(former.settings), ...Object.keys(desired.settings)]);
  const settings = [...names].filter(
    (name) => !same(former.settings[name] ?? [], desired.settings[name] ?? []),
  );
  return [...changed.map(([name]) => name), ...settings, ...changedFiles(former, desired)];
}

/** Of a secret payload the host keeps no files, or all but the secret one: its settings tell whether they changed. */
function changedFiles(former: ParsedPayload, desired: ParsedPayload): string[] {
  const [secret] = desired.settings.secret ?? [];
  if (secret === "yes") return [];
  const all = new Map([...former.files, ...desired.files].map((file) => [file.path, file]));
  const text = (payload: ParsedPayload, path: string) =>
    JSON.stringify(payload.files.find((file) => file.path === path));
  return [...all.keys()].filter((path) => path !== secret && text(former, path) !== text(desired, path));
}

const same = (one: string[], other: string[]) => one.join("\n") === other.join("\n");
