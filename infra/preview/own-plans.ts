import { createHash } from "node:crypto";
import type { Drift } from "../host/drift.ts";
import { type Facts, factsOf } from "../host/facts.ts";
import { handoverOf } from "../render/handover.ts";
import { parsePayload } from "../render/payload.ts";
import { type PortSettings, portSets } from "../render/ports.ts";
import { uploadFolder } from "../render/release.ts";
import type { Settings } from "../settings/schema.ts";
import { type BackendStep, environmentStep } from "../step-names.ts";
import { parseOptions, planned, type StepPlan, type Wanted } from "./plan.ts";

const path = "/usr/local/sbin/geo-system";
const nothing = { settings: {}, before: {} };

/** The plan of the host's own command, of which the host tells the SHA-256. */
export function commandPlan(facts: Facts, sum: string): StepPlan {
  const { command } = facts;
  const options = parseOptions(command.options);
  const placed = options.text;
  const drift = [
    ...sumDrift(path, command, { sum: placed, wanted: sum, access: "root:root 0755" }),
    // A version before this one made no such folder.
    ...(placed === sum.slice(0, 8) ? uploadFolderDrift(facts) : []),
  ];
  const changes = placed === sum.slice(0, 8) ? [] : ["text"];
  return planned("command", facts, options, { first: placed === undefined, drift, changes, ...nothing });
}

function uploadFolderDrift({ command, user }: Facts): Drift[] {
  if (command.uploads === undefined || command.uploads.endsWith(" 0700")) return [];
  const path = `${user?.home ?? "~"}/${uploadFolder}`;
  const found =
    command.uploads === "none" ? "is missing" : `is ${command.uploads} on the host, expected mode 0700`;
  return [{ reason: `${path}, where releases arrive, ${found}` }];
}

/** The desired secret environment of the backend, and whom a change of it disturbs. */
export interface WantedEnvironment extends Wanted {
  backend: PortSettings & Pick<Settings, "handover" | "handoverSeconds"> & { step?: BackendStep };
}

/** The plan of an application's secret environment. Of its text only sums are compared, and no reason shows anything of it. */
export function environmentPlan(facts: Facts, wanted: WantedEnvironment): StepPlan {
  const step = environmentStep(wanted.backend.step ?? "backend");
  const { options = "", keptSum, ...found } = factsOf(facts, step).environment ?? {};
  const known = parseOptions(options);
  const { file, wantedSum } = secretFile(wanted.payload);
  const access = facts.user && `${facts.user.name}:${facts.user.group} 0600`;
  const drift = sumDrift(file, found, { sum: keptSum, access }, " (it is secret, so no text is shown)");
  const script = Object.entries(wanted.options).filter(([name, value]) => known[name] !== value);
  const changes = [...script.map(([name]) => name), ...(keptSum === wantedSum ? [] : ["environment"])];
  const { a, b } = portSets(wanted.backend);
  const settings = {
    port: a.map(String),
    "standby-port": b.map(String),
    handover: [handoverOf(wanted.backend)],
    "handover-seconds": [String(wanted.backend.handoverSeconds)],
  };
  return planned(step, facts, known, { first: !keptSum, drift, changes, settings, before: {} });
}

/** The first file of that payload, the secrets, by its path and the SHA-256 of its text. */
function secretFile(payload: string): { file: string; wantedSum: string } {
  const [{ path, text } = { path: "", text: "" }] = parsePayload(payload).files;
  return { file: path, wantedSum: createHash("sha256").update(text).digest("hex") };
}

interface Summed {
  /** The SHA-256 of its text, or how that begins. */
  sum?: string | undefined;
  access?: string | undefined;
}

interface Placed extends Summed {
  /** The SHA-256 of the text that is wanted now: a run that was cut off may have placed it and not come to say so. */
  wanted?: string;
}

/** The drift of a file of which the host tells no text. There is none where it was never placed. */
function sumDrift(file: string, found: Summed, placed: Placed, hint = ""): Drift[] {
  if (!placed.sum) return [];
  if (!found.sum) return [{ reason: `${file} was deleted on the host` }];
  const edited = !found.sum.startsWith(placed.sum) && found.sum !== placed.wanted;
  const changed = placed.access !== undefined && found.access !== placed.access;
  return [
    ...(edited ? [{ reason: `${file} was edited on the host${hint}` }] : []),
    ...(changed ? [{ reason: `${file} is ${found.access} on the host, expected ${placed.access}` }] : []),
  ];
}
