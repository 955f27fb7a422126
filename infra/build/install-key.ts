import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReleaseFile } from "../render/release-files.ts";
import { parseManifest } from "./manifest.ts";
import type { PackageManager } from "./package-manager.ts";
import type { Workspace } from "./workspace.ts";

/** Members of package.json that say nothing of what is installed for a release. */
const unimportant = [
  "scripts",
  "description",
  "keywords",
  "author",
  "contributors",
  "license",
  "funding",
  "homepage",
  "repository",
  "bugs",
  "private",
  "main",
  "module",
  "types",
  "exports",
  "imports",
  "type",
  "files",
  "devDependencies",
];

/** Files that count as they are, besides the lock file. */
const whole =
  /(^|\/)(\.npmrc|\.yarnrc|\.yarnrc\.yml|pnpm-workspace\.yaml|\.pnpmfile\.[cm]js)$|(^|\/)(patches|\.yarn\/(patches|plugins|releases))\//;

/**
 * Sixteen digits of all in the repository that decides which dependencies are installed; the host adds its Node. Two
 * releases with the same ones have the same dependencies.
 */
export async function installKey(
  workspace: Workspace,
  manager: PackageManager,
  files: readonly ReleaseFile[],
): Promise<string> {
  const { root, member, lockFolder } = workspace;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([manager, member, lockFolder]));
  const manifests = new Set(
    [lockFolder, ...manifestFolders(workspace)].map((folder) => joined(folder, "package.json")),
  );
  const lockFile = joined(lockFolder, manager.lockFile);
  const copied = copiedFolders(workspace, manager);
  for (const { path, sha256 } of files) {
    if (manifests.has(path)) hash.update(`${path} ${await important(join(root, path))}\n`);
    else if (path === lockFile || whole.test(path) || copied.some((start) => path.startsWith(start)))
      hash.update(`${path} ${sha256}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The folders of every package.json that an install reads. */
export const manifestFolders = ({ packages, members }: Workspace): string[] => [
  ...new Set([...packages.map(({ path }) => path), ...members]),
];

/** Packages of the repository of which an install takes copies: their files count. Members are linked, and npm links all. */
function copiedFolders({ packages, members, member }: Workspace, { name }: PackageManager): string[] {
  if (name === "npm") return [];
  const linked = packages.some(({ manifest }) => JSON.stringify(manifest).includes('"injected":true'))
    ? []
    : members;
  return packages
    .filter(({ path }) => path !== member && !linked.includes(path))
    .map(({ path }) => `${path}/`);
}

const joined = (folder: string, name: string) => (folder === "" ? name : `${folder}/${name}`);

async function important(path: string): Promise<string> {
  const text = await readFile(path, "utf8");
  try {
    const members = Object.entries(parseManifest(text)).filter(([name]) => !unimportant.includes(name));
    return JSON.stringify(members);
  } catch {
    return text; // some other file of that name
  }
}
