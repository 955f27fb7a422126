import { randomUUID } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { create, type WriteEntry } from "tar";
import { madeCacheFolder, prune, used } from "../cache-folder.ts";
import type { ReleaseFile } from "./release-files.ts";

/**
 * The archive of a release, in a file named by its content: made once, whole or not at all, also when two programs,
 * or two hosts of one, pack at once.
 */
export async function archive(
  folder: string,
  files: readonly Pick<ReleaseFile, "path" | "kind">[],
  hash: string,
  modified?: (path: string) => Date,
): Promise<string> {
  const cache = await madeCacheFolder("releases");
  const path = join(cache, `${hash}.tar`);
  if (await used(path)) return path;
  const unfinished = `${path}.${randomUUID()}`;
  await writeArchive(folder, files, unfinished, modified);
  await rename(unfinished, path);
  await prune(cache, 7);
  return path;
}

/** The same bytes wherever the files are the same. Not compressed: gzip's bytes differ between processors. */
export async function writeArchive(
  folder: string,
  files: readonly Pick<ReleaseFile, "path" | "kind">[],
  path: string,
  modified: (path: string) => Date = () => new Date(0),
): Promise<void> {
  const programs = new Set(files.filter(({ kind }) => kind === "program").map((file) => `./${file.path}`));
  const options = {
    cwd: folder,
    file: path,
    mode: 0o600,
    portable: true,
    noDirRecurse: true,
    linkCache: new NoHardLinks(),
    // Called before the entry's head is written: of a file's mode only this one bit is part of the release.
    onWriteEntry(entry: WriteEntry) {
      if (entry.stat) entry.stat.mode = programs.has(entry.path) ? 0o755 : 0o644;
      entry.mtime = modified(entry.path.slice("./".length));
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
