import { createHash } from "node:crypto";
import { template } from "../package-root.ts";
import { type BackendStep, stepKind } from "../step-names.ts";

/** The steps that have a script on the host, in the order in which they run. */
export const scriptedSteps = [
  "packages",
  "firewall",
  "certificate",
  "file-set",
  "capacity",
  "site",
  "acme",
  "backend",
] as const;
type Script = (typeof scriptedSteps)[number];

/** A step as the host's command names it: sets of files and applications are one step each. */
export type ScriptedStep = Exclude<Script, "file-set"> | `file-set-${string}` | BackendStep;

/** What every step uses, before the steps and after them; a change there concerns all of them. */
const frame = {
  before: [
    ...["head", "payload", "files", "ipv6", "unfinished", "parallel", "session"],
    ...["options", "lock", "owner", "up", "journal"],
  ],
  after: ["main"],
};

/** Steps whose script is more than one file, all of them named after the step. */
const parts: Partial<Record<Script, readonly string[]>> = {
  packages: [
    "packages",
    "packages-apt",
    "packages-services",
    "packages-units",
    "packages-sources",
    "packages-download",
    "packages-node",
  ],
  firewall: [
    "firewall",
    "firewall-ssh",
    "firewall-rules",
    "firewall-exposed",
    "firewall-guard",
    "firewall-restore",
  ],
  certificate: ["certificate", "certificate-read", "certificate-stand-in"],
  "file-set": ["file-set", "file-set-releases"],
  site: [
    ...["site", "site-fit", "site-upstream", "site-limits", "site-rivals"],
    ...["site-reload", "site-workers", "site-former", "site-wait"],
  ],
  acme: ["acme", "acme-client", "acme-order", "acme-certificate", "acme-covered", "acme-renewal"],
  backend: [
    ...["backend-names", "backend", "backend-release", "backend-dependencies", "backend-install"],
    ...["backend-shared", "backend-written", "backend-kept"],
    ...["backend-pm2", "backend-application", "backend-environment"],
    ...["backend-handover", "backend-proof", "backend-ports", "backend-switch"],
    ...["backend-reversal", "backend-rollback", "backend-taken", "backend-data", "found"],
  ],
};

const files = (step: Script) => parts[step] ?? [step];
const scriptOf = (step: ScriptedStep) => stepKind(step) as Script;
const script = (name: string) => template(`scripts/${name}.sh`);

/** The text of the command: every script, the frame around the steps. */
export function commandText(): string {
  return [...frame.before, ...scriptedSteps.flatMap(files), ...frame.after].map(script).join("\n");
}

/** SHA-256 of that text. */
export const commandSum = () => createHash("sha256").update(commandText()).digest("hex");

/**
 * The text that gathers the facts: the steps with their checks, and what makes facts of what these find.
 *
 * @param wanted the payloads that are wanted, as templates/scripts/facts.sh reads them
 * @param answer "packed": compressed, in base64
 */
export function factsText(wanted = "", answer: "packed" | "" = ""): string {
  const steps = ["facts-steps", "facts-acme", "facts-capacity", "facts-needs", "facts-data"];
  const own = ["facts", ...steps, "facts-host", "facts-found"];
  const text = [...frame.before, ...scriptedSteps.flatMap(files), ...own].map(script).join("\n");
  return `${text}\nfacts_main ${answer} << 'end of the wanted'\n${wanted}end of the wanted\n`;
}

/** Eight digits that change when the step's script does, so that the step then runs again. */
export function scriptHash(step: ScriptedStep): string {
  const hash = createHash("sha256");
  for (const name of [...frame.before, ...files(scriptOf(step)), ...frame.after]) hash.update(script(name));
  return hash.digest("hex").slice(0, 8);
}
