import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { list } from "tar";
import { vi } from "vitest";

/** A repository of these files; an object is written as JSON. */
export function repository(files: Record<string, string | object>): string {
  const root = join(mkdtempSync(join(tmpdir(), "仓库 repository-")), "back end");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }
  return root;
}

/** The lock file that npm writes for a package without dependencies. */
export const emptyLock = (name: string) => ({
  name,
  lockfileVersion: 3,
  requires: true,
  packages: { "": { name } },
});

/** Where releases and builds are kept from now on. */
export function emptyCache(): string {
  const folder = mkdtempSync(join(tmpdir(), "缓存 cache-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
  return folder;
}

/** The files of an archive, with their texts. */
export async function entries(archive: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const reads: Promise<void>[] = [];
  await list({
    file: archive,
    onReadEntry: (entry) =>
      void reads.push(entry.concat().then((bytes) => void found.set(entry.path, bytes.toString()))),
  });
  await Promise.all(reads);
  return found;
}
