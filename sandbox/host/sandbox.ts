import { execa } from "execa";
import { caOf, type SandboxCa, startCa } from "./acme/ca.ts";
import { forgetCa, wantCa } from "./acme/wanted.ts";
import { chooseDistribution, type System } from "./distribution.ts";
import { clear, remove, sandboxLock, start, sweep, switchOff } from "./lifecycle.ts";
import { isRunning } from "./machine.ts";
import { defaultName, folder } from "./paths.ts";
import { infoOf, readRecord, type SandboxInfo } from "./record.ts";
import { requirements } from "./requirements.ts";
import { sshArguments } from "./ssh.ts";

export { sandboxNames } from "./addresses.ts";
export { plug, unplug } from "./cable.ts";
export { whyNoSandbox } from "./requirements.ts";
export { defaultName, folder, type SandboxCa, type SandboxInfo };

/** What a sandbox is to be. */
export interface SandboxOptions {
  acme?: boolean;
  system?: System;
}

/**
 * Starts a sandbox: a fresh one, or one that exists and is off. Returns when a person could log in: about two
 * seconds, and a minute more the first time on a machine. One that runs is left as it is.
 *
 * @param system what it is made of, one of `systems`; default: Ubuntu 24.04, or Debian 12 where its archive is not reached
 * @param acme with a CA beside it, an ACME server; it need not be said again, also where this start fails
 * @throws where this machine can have no sandbox, with what to do instead
 * @example const { address, keyPath } = await up("shop");
 */
export async function up(
  name: string = defaultName,
  { acme = false, system }: SandboxOptions = {},
): Promise<SandboxInfo> {
  await requirements();
  await sweep();
  await using _ = await sandboxLock(name);
  if (acme) wantCa(name);
  return await start(name, system); // Awaited here: the lock ends with this function.
}

/** Sees to it that a CA, an ACME server, runs beside a sandbox that is on; it goes with the sandbox. */
export async function addCa(name: string = defaultName): Promise<SandboxCa> {
  await using _ = await sandboxLock(name);
  wantCa(name);
  return await startCa(running(name)); // Awaited here: the lock ends with this function.
}

/** How to reach the CA beside a sandbox; undefined where none answers. */
export function ca(name: string = defaultName): Promise<SandboxCa | undefined> {
  return caOf(name);
}

/** Deletes a sandbox and everything in its folder. The network goes with the last one. */
export async function down(name: string = defaultName): Promise<void> {
  await using _ = await sandboxLock(name);
  forgetCa(name);
  await remove(name);
}

/**
 * Replaces a host by a fresh one at the same address and of the same system, unless another one is asked for; without a CA,
 * unless it is asked for.
 */
export async function reset(
  name: string = defaultName,
  { acme = false, system = readRecord(name)?.system }: SandboxOptions = {},
): Promise<SandboxInfo> {
  await requirements();
  await chooseDistribution(system); // Before anything is thrown away: it may be one that is not to be had here.
  await using _ = await sandboxLock(name);
  forgetCa(name);
  if (acme) wantCa(name);
  await clear(name);
  return await start(name, system); // Awaited here: the lock ends with this function.
}

/** A power cycle: cut, then on again. What the host had written stays. */
export async function reboot(name: string = defaultName): Promise<SandboxInfo> {
  await using _ = await sandboxLock(name);
  if (!readRecord(name)) throw new Error(`There is no sandbox "${name}". ${startIt(name)}`);
  await switchOff(name);
  return await start(name); // Awaited here: the lock ends with this function.
}

/** Cuts the power and leaves it off. `up` switches it on again. */
export async function powerCut(name: string = defaultName): Promise<void> {
  await using _ = await sandboxLock(name);
  await switchOff(name);
}

/** What a sandbox is made of; undefined where that is not known, as of one that was never finished. */
export function systemOf(name: string): System | undefined {
  return readRecord(name)?.system;
}

/** How to reach a sandbox; undefined where it does not run. */
export function info(name: string = defaultName): SandboxInfo | undefined {
  const record = isRunning(name) ? readRecord(name) : undefined;
  return record && infoOf(record);
}

/**
 * Runs a command as `ubuntu` over SSH and returns what it printed to stdout, without the last line break.
 *
 * @throws with the exit code and all output where it fails
 * @example await run("sandbox", "sudo tee /etc/motd", { input: "Hello\n" })
 */
export async function run(name: string, command: string, options: { input?: string } = {}): Promise<string> {
  const { stdout } = await execa("ssh", [...sshArguments(running(name)), command], options);
  return stdout;
}

/** As `info`, for a sandbox that must run. */
export function running(name: string = defaultName): SandboxInfo {
  const found = info(name);
  if (found) return found;
  throw new Error(`No sandbox "${name}" runs. ${startIt(name)}`);
}

function startIt(name: string): string {
  return `Start it: npm run sandbox -- up${name === defaultName ? "" : ` --name ${name}`}`;
}
