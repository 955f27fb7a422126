import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ReleaseFile } from "../render/release-files.ts";

/** Copies files out of a checkout into a folder of their own; where the file system can, without copying a byte. */
export async function copyFiles(from: string, files: readonly ReleaseFile[], to: string): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(join(to, path))));
  await mkdir(to, { recursive: true });
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const file of files) await copyOne(join(from, file.path), join(to, file.path), file.kind);
}

async function copyOne(from: string, to: string, kind: ReleaseFile["kind"]): Promise<void> {
  if (kind === "link") return symlink(await readlink(from), to);
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await chmod(to, kind === "program" ? 0o755 : 0o644);
}
