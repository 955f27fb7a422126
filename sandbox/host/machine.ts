import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, rmSync } from "node:fs";
import pRetry from "p-retry";
import { makeCgroups, removeCgroups } from "./cgroups.ts";
import type { System } from "./distribution.ts";
import { bridge } from "./network.ts";
import { filesOf, ownFile } from "./paths.ts";
import { isAlive, kill, processesOn, processesWith } from "./processes.ts";
import type { SandboxRecord } from "./record.ts";
import { directoryArgument } from "./running.ts";

export { isRunning } from "./running.ts";

const bootScript = ownFile("boot.sh");

/** It gives each host a scope of its own, which does not die with our session. Without it we make the groups. */
const hasSystemd = existsSync("/run/systemd/system");

/** Switches the host on: boots its root file system, detached from this process. Ready is another matter. */
export function powerOn({ name, system }: SandboxRecord): void {
  const files = filesOf(name);
  const console = openSync(files.console, "a");
  const boot = spawn(
    "sh",
    [bootScript, groupsFor(name).join("\n"), "systemd-nspawn", ...nspawnArguments(name)],
    {
      detached: true,
      stdio: ["ignore", console, console],
      env: { ...process.env, ...bootSettings(system) },
    },
  );
  closeSync(console);
  if (boot.pid === undefined) throw new Error("The shell that boots a sandbox did not start.");
  boot.unref();
}

/** The systems whose systemd starts on the unified control groups only. */
const unified: readonly (System | undefined)[] = ["ubuntu-26.04", "debian-13"];

function bootSettings(system: System | undefined): NodeJS.ProcessEnv {
  return {
    SYSTEMD_NSPAWN_TMPFS_TMP: "0", // A server has its /tmp on the disk.
    // On a machine with the hybrid layout nspawn would hand the host the old one.
    ...(unified.includes(system) && { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" }),
  };
}

/** Cuts the power: nothing inside gets to say goodbye. Returns when all of its processes are gone. */
export async function powerCut(name: string): Promise<void> {
  // A host outlives its nspawn when that is killed or crashes.
  const pids = [...processesWith(directoryArgument(name)), ...processesOn(filesOf(name).upper)];
  pids.forEach(kill);
  await pRetry(() => expectGone(pids), { retries: 1200, minTimeout: 25, factor: 1 });
  removeCgroups(name);
  rmSync(`/run/systemd/nspawn/propagate/${machineName(name)}`, { recursive: true, force: true });
}

function groupsFor(name: string): string[] {
  return hasSystemd ? [] : makeCgroups(name);
}

function nspawnArguments(name: string): string[] {
  return [
    "--quiet",
    "--boot",
    directoryArgument(name),
    `--machine=${machineName(name)}`,
    `--hostname=${name}`,
    `--network-bridge=${bridge}`,
    "--register=no",
    ...(hasSystemd ? [] : ["--keep-unit"]),
    "--rlimit=NOFILE=1024:1048576", // As on a server, whatever this session is allowed.
    "--resolv-conf=off",
    "--console=pipe",
  ];
}

function machineName(name: string): string {
  return `geo-${name}`;
}

function expectGone(pids: readonly number[]): void {
  const left = pids.filter(isAlive);
  if (left.length > 0) throw new Error(`Processes outlive a kill for 30 s: ${left.join(", ")}`);
}
