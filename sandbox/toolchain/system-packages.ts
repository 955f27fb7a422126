import { existsSync, readFileSync } from "node:fs";
import { execa } from "execa";
import pRetry, { AbortError } from "p-retry";
import { pulumiLine } from "../../infra/pulumi-command.ts";
import { SetupFailure } from "./failure.ts";
import { onPath } from "./on-path.ts";

/** The commands that show that a package (or another one that does the same) is there. Default: its own name. */
const commands: Record<string, readonly string[]> = {
  chromium: ["chromium", "chromium-browser", "google-chrome"],
  iproute2: ["ip"],
  "libnss3-tools": ["certutil"],
  "openssh-client": ["ssh", "ssh-agent", "ssh-keygen"],
  "openssh-server": ["sshd"],
  "systemd-container": ["systemd-nspawn"],
};

/** Where one of several commands is enough. */
const alternatives = new Set(["chromium"]);

/** Package names that Ubuntu has differently. */
const ubuntu: Record<string, string> = { chromium: "chromium-browser" };

/** Administrators' commands are not on everyone's PATH. */
const folders = () => `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

/** What may differ between machines. */
export interface Machine {
  platform: NodeJS.Platform;
  isRoot: boolean;
  /** `ID` and `ID_LIKE` of /etc/os-release; empty where there is none. */
  distribution: readonly string[];
  has(command: string): boolean;
  apt(args: readonly string[]): Promise<void>;
  say(line: string): void;
}

/** The machine that this runs on. */
export const thisMachine: Machine = {
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  distribution: distribution(),
  has: (command) => onPath(command, folders()) !== undefined,
  apt: runApt,
  say: (line) => console.error(line),
};

/** Whether missing packages can be installed without asking anyone: root on Debian, Ubuntu and their like. */
export function canInstall(machine: Machine = thisMachine): boolean {
  const { platform, isRoot, distribution } = machine;
  return platform === "linux" && isRoot && distribution.some((name) => ["debian", "ubuntu"].includes(name));
}

/**
 * Sees to it that system packages are there, by the names that Debian gives them. As root on Debian or Ubuntu it
 * installs what is missing by apt, and says so. Elsewhere it throws: what is missing, the one command that
 * installs it, and what can be done instead.
 *
 * @param why - who needs them: "the sandbox host"
 * @example await ensureSystemPackages(["debootstrap", "systemd-container"], "the sandbox host")
 */
export async function ensureSystemPackages(
  packages: readonly string[],
  why: string,
  machine: Machine = thisMachine,
): Promise<void> {
  const missing = packages.filter((name) => !isThere(name, machine));
  if (missing.length === 0) return;
  if (!canInstall(machine)) throw new SetupFailure(refusal(missing, why, machine));
  const names = missing.map((name) => nameHere(name, machine));
  machine.say(`Installing ${names.join(", ")} by apt, for ${why}.`);
  await machine.apt(["update"]);
  await machine.apt(["install", "--yes", "--no-install-recommends", ...names]);
}

function isThere(name: string, { has }: Machine): boolean {
  const wanted = commands[name] ?? [name];
  return alternatives.has(name) ? wanted.some(has) : wanted.every(has);
}

function nameHere(name: string, { distribution }: Machine): string {
  return (distribution.includes("ubuntu") && ubuntu[name]) || name;
}

function refusal(missing: readonly string[], why: string, machine: Machine): string {
  const names = missing.map((name) => nameHere(name, machine)).join(" ");
  const debian = machine.distribution.some((name) => ["debian", "ubuntu"].includes(name));
  const here = machine.platform === "linux" && debian;
  const install = `apt-get install --yes --no-install-recommends ${names}`;
  return [
    `Missing for ${why}: ${missing.join(", ")}.`,
    here
      ? `Install ${missing.length === 1 ? "it" : "them"}: sudo ${install}`
      : `This is for root on Debian or Ubuntu, and here is ${describe(machine)}. On such a machine: ${install}`,
    `A host of your own works as well: ${pulumiLine("config set host <address>")}`,
  ].join("\n");
}

function describe({ platform, distribution }: Machine): string {
  return platform === "linux" ? (distribution[0] ?? "another Linux") : platform;
}

function distribution(): string[] {
  const file = "/etc/os-release";
  if (!existsSync(file)) return [];
  return [...readFileSync(file, "utf8").matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap(([, value]) =>
    (value ?? "").replaceAll('"', "").split(" ").filter(Boolean),
  );
}

/** Another apt at work is waited for: by apt itself where it can, by trying again where it cannot. */
async function runApt(args: readonly string[]): Promise<void> {
  await pRetry(
    async () => {
      const { failed, all } = await execa("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
        all: true,
        env: { DEBIAN_FRONTEND: "noninteractive" },
        reject: false,
        stdin: "ignore",
      });
      if (!failed) return;
      const message = `apt-get ${args.join(" ")} failed:\n${all.split("\n").slice(-15).join("\n")}`;
      const busy = /Could not get lock|Unable to acquire the dpkg frontend lock/.test(all);
      throw busy ? new Error(message) : new AbortError(new SetupFailure(message));
    },
    { retries: 30, factor: 1, minTimeout: 5000 },
  );
}
