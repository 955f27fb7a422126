import { chownSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { ensureBase } from "./base.ts";
import type { MirroredDistribution } from "./distribution.ts";
import { lock } from "./lock.ts";
import { type MachineFile, machineFiles } from "./machine-files.ts";
import { mountOverlay, removeFolder } from "./mounts.ts";
import { fingerprint } from "./paths.ts";

/** The id of the first user that is made. */
const user = 1000;

/**
 * The read-only layers of a fresh host of a distribution, the uppermost first: this machine's settings, made again when they
 * change, above the root file system, which costs a minute.
 */
export async function ensureLayers(distribution: MirroredDistribution): Promise<string[]> {
  const [base, files] = await Promise.all([ensureBase(distribution), machineFiles(distribution)]);
  const settings = `${base}.settings-${fingerprint(JSON.stringify(files))}`;
  if (!existsSync(settings)) {
    await using _ = await lock("base-settings", "this machine's settings for sandboxes");
    if (!existsSync(settings)) await build(base, files, settings);
  }
  return [settings, base];
}

async function build(base: string, files: readonly MachineFile[], path: string): Promise<void> {
  const unfinished = `${base}.unfinished`;
  const at = { layers: [base], upper: join(unfinished, "upper"), work: join(unfinished, "work") };
  const root = join(unfinished, "root");
  await removeFolder(unfinished);
  for (const folder of [at.upper, at.work, root]) mkdirSync(folder, { recursive: true });
  await mountOverlay({ ...at, root });
  for (const file of files) place(root, file);
  await execa("chroot", [root, "update-ca-certificates"]);
  await execa("umount", [root]);
  renameSync(at.upper, path);
  await removeFolder(unfinished);
}

/** Writes a file of the host below a mounted root file system. */
export function place(root: string, { path, text, mode = 0o644, user: forUser }: MachineFile): void {
  const at = join(root, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, text, { mode });
  if (forUser) chownSync(at, user, user);
}
