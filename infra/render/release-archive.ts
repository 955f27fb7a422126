import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { create, type WriteEntry } from "tar";
import type { ReleaseFile } from "./release-files.ts";

const cache = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "geo-system", "releases");

/**
 * The archive of a release, in a file named by its content: made once, whole or not at all, also when two programs,
 * or two hosts of one, pack at once. Not compressed: gzip's bytes differ between processors, and would show as a change.
 */
export async function archive(folder: string, files: ReleaseFile[], hash: string): Promise<string> {
  const path = join(cache(), `${hash}.tar`);
  if (await used(path)) return path;
  await mkdir(cache(), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}`;
  await write(folder, files, unfinished);
  await rename(unfinished, path);
  await prune();
  return path;
}

async function write(folder: string, files: ReleaseFile[], path: string): Promise<void> {
  const programs = new Set(files.filter(({ kind }) => kind === "program").map((file) => `./${file.path}`));
  const options = {
    cwd: folder,
    file: path,
    mode: 0o600,
    portable: true,
    noDirRecurse: true,
    mtime: new Date(0),
    linkCache: new NoHardLinks(),
    // Called before the entry's head is written: of a file's mode only this one bit is part of the release.
    onWriteEntry(entry: WriteEntry) {
      if (entry.stat) entry.stat.mode = programs.has(entry.path) ? 0o755 : 0o644;
    },
  };
  // With `./`: a name that starts with `@` would be read as an archive to take in.
  await create(
    options,
    files.map((file) => `./${file.path}`),
  );
}

/** Two names of one file are two files: whether they share their bytes differs between machines. */
class NoHardLinks extends Map<`${number}:${number}`, string> {
  override get(): undefined {
    return undefined;
  }
}

/** Whether it is there; then it counts as new, so that no other program prunes it away. */
async function used(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

const week = 7 * 24 * 60 * 60 * 1000;

/** An archive can be made again at any time. */
async function prune(): Promise<void> {
  for (const name of await readdir(cache())) {
    const path = join(cache(), name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() })); // Gone meanwhile.
    if (Date.now() - mtimeMs > week) await rm(path, { force: true });
  }
}
