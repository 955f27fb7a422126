import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** What can be made again at any time, outside of every checkout. */
export const cacheFolder = (kind: string) =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "geo-system", kind);

/** The same, made where it is missing, for this user alone. */
export async function madeCacheFolder(kind: string): Promise<string> {
  const path = cacheFolder(kind);
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Whether it is there; then it counts as new, so that no other program prunes it away. */
export async function used(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}

const day = 24 * 60 * 60 * 1000;

/** Removes what was not used for that long. */
export async function prune(folder: string, days: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() })); // gone meanwhile
    if (Date.now() - mtimeMs > days * day) await rm(path, { recursive: true, force: true });
  }
}
