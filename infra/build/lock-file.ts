import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { install, type PackageManager } from "./package-manager.ts";
import type { Workspace } from "./workspace.ts";
import { lackingInYarnLock } from "./yarn-lock.ts";

/**
 * What a host would find when it installs, after other steps have changed it already: a lock file that was cut off or
 * left in conflict, and one that lacks a dependency.
 *
 * @throws naming the file, what is wrong with it, and the command that writes it again
 */
export async function checkLockFile(workspace: Workspace, manager: PackageManager): Promise<void> {
  const path = join(workspace.root, workspace.lockFolder, manager.lockFile);
  const refuse = (found: string) =>
    new Error(`backendSource: ${found}; next: ${install[manager.name]}, then commit it`);
  const text = await readFile(path, "utf8");
  const conflict = text.split("\n").findIndex((line) => line.startsWith("<<<<<<< "));
  if (conflict >= 0) throw refuse(`${path} has a conflict of git in line ${conflict + 1}`);
  const lacking = lackingIn(text, path, workspace, manager, refuse);
  if (lacking.length > 0) throw refuse(`${path} is not up to date: it lacks ${lacking.join(", ")}`);
}

type Refuse = (found: string) => Error;

function lackingIn(
  text: string,
  path: string,
  workspace: Workspace,
  { name, version }: PackageManager,
  refuse: Refuse,
): string[] {
  if (name === "npm") return lackingInNpmLock(readNpmLock(text, path, refuse), workspace);
  // Yarn 2 and later, and pnpm, notice by themselves what is missing.
  if (name === "yarn" && version?.startsWith("1.")) return lackingInYarnLock(text, workspace);
  const [broken] = parseAllDocuments(text).flatMap(({ errors }) => errors);
  if (broken) throw refuse(`expected YAML in ${path}: ${broken.message.split("\n")[0]}`);
  return [];
}

interface NpmLock {
  /** By folder, `node_modules/ms`; of version 1 there is none. */
  packages?: Record<string, unknown>;
}

function readNpmLock(text: string, path: string, refuse: Refuse): NpmLock {
  let lock: (NpmLock & { lockfileVersion?: unknown }) | null;
  try {
    lock = JSON.parse(text.replace(/^\uFEFF/, "")); // npm takes a byte order mark
  } catch (error) {
    throw refuse(`expected JSON in ${path}: ${(error as Error).message}`);
  }
  if (typeof lock?.lockfileVersion === "number") return lock;
  throw refuse(`expected a lock file of npm in ${path}, found JSON without "lockfileVersion"`);
}

/** `npm ci` refuses such a lock file: "can only install packages when your package.json and package-lock.json are in sync". */
function lackingInNpmLock({ packages }: NpmLock, workspace: Workspace): string[] {
  if (!packages) return [];
  const folders = Object.keys(packages);
  const locked = new Set(folders.map((folder) => folder.replace(/^.*node_modules\//, "")));
  const wanted = workspace.packages.filter(({ runtime }) => runtime);
  const names = wanted.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {}));
  return [...new Set(names)].filter((name) => !locked.has(name));
}
