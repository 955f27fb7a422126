import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

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
