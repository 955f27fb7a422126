import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import pRetry from "p-retry";
import { bridge } from "./network.ts";
import { filesOf } from "./paths.ts";
import { argumentsOf, childrenOf, isAlive, kill } from "./processes.ts";

/** Switches the host on: boots its root file system, detached from this process. Ready is another matter. */
export function powerOn(name: string): void {
  const files = filesOf(name);
  const console = openSync(files.console, "a");
  const boot = spawn("systemd-nspawn", nspawnArguments(name), {
    detached: true,
    stdio: ["ignore", console, console],
  });
  if (boot.pid === undefined)
    throw new Error("systemd-nspawn did not start; is systemd-container installed?");
  writeFileSync(files.pid, `${boot.pid}\n`);
  boot.unref();
}

/** Cuts the power: nothing inside gets to say goodbye. Returns when all of its processes are gone. */
export async function powerCut(name: string): Promise<void> {
  const pid = runningPid(name);
  if (pid !== undefined) {
    const inside = childrenOf(pid);
    for (const each of [pid, ...inside]) kill(each);
    await pRetry(() => expectGone([pid, ...inside]), { retries: 200, minTimeout: 25, factor: 1 });
  }
  rmSync(filesOf(name).pid, { force: true });
}

/** The process id of a host's nspawn: it is the one that we wrote down, and still works on our folder. */
export function runningPid(name: string): number | undefined {
  const files = filesOf(name);
  if (!existsSync(files.pid)) return undefined;
  const pid = Number(readFileSync(files.pid, "utf8"));
  return argumentsOf(pid).includes(directoryArgument(name)) ? pid : undefined;
}

function nspawnArguments(name: string): string[] {
  return [
    "--quiet",
    "--boot",
    directoryArgument(name),
    `--machine=geo-${name}`,
    `--hostname=${name}`,
    `--network-bridge=${bridge}`,
    "--register=no",
    // Without systemd there is nobody who could give it a scope; with systemd it must not die with our session.
    ...(existsSync("/run/systemd/system") ? [] : ["--keep-unit"]),
    "--resolv-conf=off",
    "--console=pipe",
  ];
}

function directoryArgument(name: string): string {
  return `--directory=${filesOf(name).root}`;
}

function expectGone(pids: readonly number[]): void {
  const left = pids.filter(isAlive);
  if (left.length > 0) throw new Error(`Processes outlive a kill for 5 s: ${left.join(", ")}`);
}
