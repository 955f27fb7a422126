import { isBerry, type PackageManager } from "./package-manager.ts";
import type { Workspace } from "./workspace.ts";

/** What decides an install, beside manifests and lock files, in the folder of the lock file. */
const settings = [
  ".npmrc",
  ".yarnrc",
  ".yarnrc.yml",
  "pnpm-workspace.yaml",
  ".pnpmfile.cjs",
  ".pnpmfile.mjs",
];
const settingFolders = ["patches/", ".yarn/patches/", ".yarn/plugins/", ".yarn/releases/"];
/** Settings of compilers and bundlers for the whole repository: `tsconfig.base.json`, `turbo.json`, `.swcrc`. */
const buildSettings = /^[^/]*\.([cm]?[jt]s|jsonc?|ya?ml|toml)$|^\.[^/]*rc$/;

/**
 * Which files of the repository belong to a release: the backend's, those of the packages it needs, and what their
 * install and their build read at the top of the workspace.
 *
 * @param building also what only a build needs
 * @returns asks of a path from the root of the release
 */
export function belongs(
  workspace: Workspace,
  manager: PackageManager,
  building: boolean,
): (path: string) => boolean {
  const { lockFolder, packages, members } = workspace;
  const folders = packages.filter(({ runtime }) => building || runtime).map(({ path }) => inside(path));
  if (folders.includes("")) return () => true;
  const top = inside(lockFolder);
  const files = new Set(["package.json", manager.lockFile, ...settings].map((name) => top + name));
  // Yarn 2 and later takes its lock file for out of date where a member has no package.json.
  if (isBerry(manager)) for (const member of members) files.add(`${inside(member)}package.json`);
  const starts = [...folders, ...settingFolders.map((folder) => top + folder)];
  return (path) =>
    files.has(path) ||
    starts.some((start) => path.startsWith(start)) ||
    (building && path.startsWith(top) && buildSettings.test(path.slice(top.length)));
}

const inside = (folder: string) => (folder === "" ? "" : `${folder}/`);
