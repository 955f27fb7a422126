import { existsSync, mkdirSync } from "node:fs";
import { execa } from "execa";
import { addressOf, reserveAddress, reservedAddresses, sandboxNames } from "./addresses.ts";
import { ensureLayers } from "./layers.ts";
import { lock } from "./lock.ts";
import { powerCut as cutPower, powerOn, runningPid } from "./machine.ts";
import { isMounted, mountOverlay, removeFolder } from "./mounts.ts";
import { chooseSubnet, ensureNetwork, removeNetwork } from "./network.ts";
import { defaultName, filesOf, folder } from "./paths.ts";
import { untilReady } from "./ready.ts";
import { infoOf, readRecord, type SandboxInfo, type SandboxRecord, writeRecord } from "./record.ts";
import { requirements } from "./requirements.ts";
import { removeSecondMachines } from "./second-machine.ts";
import { seed } from "./seed.ts";
import { sshArguments, writeKnownHosts } from "./ssh.ts";

export { sandboxNames } from "./addresses.ts";
export { plug, unplug } from "./cable.ts";
export { whyNoSandbox } from "./requirements.ts";
export { defaultName, folder, type SandboxInfo };

/**
 * Starts a sandbox: a fresh one, or one that exists and is off. Returns when a person could log in: about two
 * seconds, and a minute more the first time on a machine. One that runs is left as it is.
 *
 * @throws where this machine can have no sandbox, with what to do instead
 * @example const { address, keyPath } = await up("shop");
 */
export async function up(name: string = defaultName): Promise<SandboxInfo> {
  await requirements();
  await using _ = await lock(`sandbox-${name}`);
  return start(name);
}

/** Throws a sandbox away, with all that lies in its folder. The network goes with the last one. */
export async function down(name: string = defaultName): Promise<void> {
  await using _ = await lock(`sandbox-${name}`);
  await cutPower(name);
  await removeSecondMachines(name);
  await removeFolder(folder(name));
  await using __ = await lock("network");
  if (sandboxNames().length === 0) await removeNetwork();
}

/** A fresh host in the place of the one that is there, at the same address. */
export async function reset(name: string = defaultName): Promise<SandboxInfo> {
  await requirements();
  await using _ = await lock(`sandbox-${name}`);
  await clear(name);
  return start(name);
}

/** A power cycle: cut, then on again. What the host had written stays. */
export async function reboot(name: string = defaultName): Promise<SandboxInfo> {
  await using _ = await lock(`sandbox-${name}`);
  if (!readRecord(name)) throw new Error(`There is no sandbox "${name}". ${startIt(name)}`);
  await cutPower(name);
  return start(name);
}

/** Cuts the power and leaves it off. `up` switches it on again. */
export async function powerCut(name: string = defaultName): Promise<void> {
  await using _ = await lock(`sandbox-${name}`);
  await cutPower(name);
}

/** How to reach a sandbox; undefined where it does not run. */
export function info(name: string = defaultName): SandboxInfo | undefined {
  const record = runningPid(name) === undefined ? undefined : readRecord(name);
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

async function start(name: string): Promise<SandboxInfo> {
  const record = usableRecord(name) ?? (await create(name));
  if (runningPid(name) === undefined) await boot(record);
  await untilReady(infoOf(record));
  return infoOf(record);
}

/** The record of a sandbox that was finished and still has the layers it stands on. */
function usableRecord(name: string): SandboxRecord | undefined {
  const record = readRecord(name);
  return record?.layers.every((layer) => existsSync(layer)) ? record : undefined;
}

async function create(name: string): Promise<SandboxRecord> {
  await clear(name);
  const layers = await ensureLayers();
  const address = await reserve(name);
  const files = filesOf(name);
  for (const path of [files.root, files.upper, files.work]) mkdirSync(path, { mode: 0o755 });
  await mountOverlay({ ...files, layers });
  const hostKey = await seed(files, name, address);
  const record = { name, address, port: 22, user: "ubuntu", keyPath: files.key, hostKey, layers };
  writeKnownHosts(record);
  writeRecord(record);
  return record;
}

async function boot(record: SandboxRecord): Promise<void> {
  const files = filesOf(record.name);
  await cutPower(record.name); // A crash of nspawn alone leaves processes behind.
  await reserve(record.name);
  if (!isMounted(files.root)) await mountOverlay({ ...files, layers: record.layers });
  powerOn(record.name);
}

/** Takes the address of a sandbox, and makes or mends the network around it. */
async function reserve(name: string): Promise<string> {
  await using _ = await lock("network");
  const subnet = await chooseSubnet(reservedAddresses());
  await ensureNetwork(subnet);
  return reserveAddress(name, subnet);
}

/** Removes what a sandbox was, finished or not; its address stays with the name. */
async function clear(name: string): Promise<void> {
  const address = addressOf(name);
  await cutPower(name);
  await removeFolder(folder(name));
  if (address) reserveAddress(name, address.replace(/\.\d+$/, ""));
}
