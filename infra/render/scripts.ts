import { createHash } from "node:crypto";
import { template } from "../package-root.ts";

/** The steps that have a script on the host, in the order in which they run. */
export const scriptedSteps = ["packages", "firewall", "certificate", "site", "backend"] as const;
export type ScriptedStep = (typeof scriptedSteps)[number];

/** What every step uses, before the steps and after them; a change there concerns all of them. */
const frame = {
  before: [
    ...["head", "payload", "files", "unfinished", "parallel", "session"],
    ...["options", "lock", "owner", "up", "journal"],
  ],
  after: ["main"],
};

/** Steps whose script is more than one file, all of them named after the step. */
const parts: Partial<Record<ScriptedStep, readonly string[]>> = {
  packages: [
    "packages",
    "packages-apt",
    "packages-services",
    "packages-units",
    "packages-sources",
    "packages-download",
    "packages-node",
  ],
  firewall: ["firewall", "firewall-ssh", "firewall-rules", "firewall-guard", "firewall-restore"],
  site: ["site", "site-limits", "site-rivals", "site-reload"],
  backend: [
    ...["backend", "backend-release", "backend-dependencies", "backend-install"],
    ...["backend-shared", "backend-written", "backend-kept"],
    ...["backend-pm2", "backend-application", "backend-environment"],
    ...["backend-handover", "backend-switch", "backend-rollback"],
  ],
};

const files = (step: ScriptedStep) => parts[step] ?? [step];
const script = (name: string) => template(`scripts/${name}.sh`);

/** The text of the command: every script, the frame around the steps. */
export function commandText(): string {
  return [...frame.before, ...scriptedSteps.flatMap(files), ...frame.after].map(script).join("\n");
}

/** The text that gathers the facts: the steps with their checks, and what makes facts of what these find. */
export function factsText(): string {
  const own = ["facts", "facts-steps", "facts-host", "facts-needs", "facts-data"];
  const text = [...frame.before, ...scriptedSteps.flatMap(files), ...own].map(script).join("\n");
  return `${text}\nfacts_main\n`;
}

/** Eight digits that change when the step's script does, so that the step then runs again. */
export function scriptHash(step: ScriptedStep): string {
  const hash = createHash("sha256");
  for (const name of [...frame.before, ...files(step), ...frame.after]) hash.update(script(name));
  return hash.digest("hex").slice(0, 8);
}
