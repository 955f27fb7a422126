import { existsSync, mkdirSync } from "node:fs";
import { basename } from "node:path";
import { removeCa, startCa } from "./acme/ca.ts";
import { isCaWanted } from "./acme/wanted.ts";
import { addressOf, reserveAddress, reservedAddresses, sandboxNames } from "./addresses.ts";
import { chooseDistribution, type System } from "./distribution.ts";
import { ensureLayers } from "./layers.ts";
import { lock, tryLock } from "./lock.ts";
import { isRunning, powerCut, powerOn } from "./machine.ts";
import { isMounted, mountOverlay, removeFolder, unmountBelow } from "./mounts.ts";
import { chooseSubnet, ensureNetwork, removeNetwork } from "./network.ts";
import { filesOf, folder } from "./paths.ts";
import { untilReady } from "./ready.ts";
import { infoOf, readRecord, type SandboxInfo, type SandboxRecord, writeRecord } from "./record.ts";
import { removeSecondMachines } from "./second-machine.ts";
import { seed } from "./seed.ts";
import { writeKnownHosts } from "./ssh.ts";

// Whoever calls these holds the lock of the sandbox; see sandboxLock.

/** One command at a time works on a sandbox. */
export function sandboxLock(name: string): Promise<AsyncDisposable> {
  return lock(lockName(name), `the sandbox "${name}"`);
}

/**
 * Sees to it that a sandbox runs, with its CA if one was asked for: makes it, switches it on, or leaves it as it is.
 *
 * @throws where it is there already, of another system than the wanted one
 */
export async function start(name: string, system?: System): Promise<SandboxInfo> {
  const found = usableRecord(name);
  if (found && system && found.system !== system) throw new Error(ofAnotherSystem(found, system));
  const record = found ?? (await create(name, system));
  if (!isRunning(name)) await boot(record);
  await untilReady(infoOf(record));
  if (isCaWanted(name)) await startCa(infoOf(record));
  return infoOf(record);
}

/** Removes what a sandbox was, finished or not, with its CA; its address stays with the name. */
export async function clear(name: string): Promise<void> {
  const address = addressOf(name);
  await powerCut(name);
  await removeCa(name);
  await removeFolder(folder(name));
  if (address) reserveAddress(name, address.replace(/\.\d+$/, ""));
}

/** Throws a sandbox away; the network goes with the last one. */
export async function remove(name: string): Promise<void> {
  await powerCut(name);
  await removeSecondMachines(name);
  await removeFolder(folder(name));
  await using _ = await networkLock();
  if (sandboxNames().length === 0) await removeNetwork();
}

/** Cleans up after commands and machines that crashed. A sandbox that is off keeps its files, and nothing else. */
export async function sweep(): Promise<void> {
  for (const name of sandboxNames()) {
    await using mine = await tryLock(lockName(name));
    if (!mine || isRunning(name)) continue;
    if (readRecord(name)) await switchOff(name);
    else await remove(name);
  }
}

/** Cuts the power and takes away what a host holds of this machine. */
export async function switchOff(name: string): Promise<void> {
  await powerCut(name);
  await unmountBelow(filesOf(name).root);
}

function lockName(name: string): string {
  return `sandbox-${basename(folder(name))}`;
}

/** The record of a sandbox that was finished and still has the layers it stands on. */
function usableRecord(name: string): SandboxRecord | undefined {
  const record = readRecord(name);
  return record?.layers.every((layer) => existsSync(layer)) ? record : undefined;
}

function ofAnotherSystem({ name, system }: SandboxRecord, wanted: System): string {
  return (
    `The sandbox "${name}": expected ${wanted}, found ${system ?? "one that is not known"}; it was left as it is.\n` +
    `A fresh one in its place: npm run sandbox -- reset --name ${name} --system ${wanted}`
  );
}

async function create(name: string, wanted?: System): Promise<SandboxRecord> {
  const distribution = await chooseDistribution(wanted);
  await clear(name);
  const layers = await ensureLayers(distribution);
  const address = await reserve(name);
  const files = filesOf(name);
  for (const path of [files.root, files.upper, files.work]) mkdirSync(path);
  await mountOverlay({ ...files, layers });
  const hostKey = await seed(files, name, address);
  const { system } = distribution;
  const record = { name, address, port: 22, user: "ubuntu", keyPath: files.key, hostKey, system, layers };
  writeKnownHosts(record);
  writeRecord(record);
  return record;
}

async function boot(record: SandboxRecord): Promise<void> {
  const files = filesOf(record.name);
  await powerCut(record.name); // A crash of nspawn alone leaves processes behind.
  await reserve(record.name);
  if (!isMounted(files.root)) await mountOverlay({ ...files, layers: record.layers });
  powerOn(record);
}

/** Takes the address of a sandbox, and makes or mends the network around it. */
async function reserve(name: string): Promise<string> {
  await using _ = await networkLock();
  const subnet = await chooseSubnet(reservedAddresses());
  await ensureNetwork(subnet);
  return reserveAddress(name, subnet);
}

function networkLock(): Promise<AsyncDisposable> {
  return lock("network", "the network of the sandboxes");
}
