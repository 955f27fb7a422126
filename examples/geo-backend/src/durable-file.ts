import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file that is either whole and on the disk, or not there at all, whenever the power goes.
 * `temporaryFolder` must lie on the same file system.
 */
export async function writeDurably(path: string, text: string, temporaryFolder: string): Promise<void> {
  const temporary = join(temporaryFolder, randomUUID());
  try {
    await writeAndSync(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Removes a file; one that is gone already (another process was quicker) is no error. */
export async function removeDurably(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes a folder that only its owner reads, and puts its name on the disk. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first !== undefined) await syncFolder(dirname(first));
}

/** Removes what a crash left half-written; `olderThan` milliseconds, as another process may be writing now. */
export async function clearTemporary(folder: string, olderThan: number): Promise<void> {
  const limit = Date.now() - olderThan;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(whenMissing({ mtimeMs: limit + 1 }));
    if (mtimeMs < limit) await rm(path, { force: true });
  }
}

/** For `catch`: this value when the file is not there; any other failure goes on. */
export function whenMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error)) return value;
    throw error;
  };
}

async function writeAndSync(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name is on the disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
