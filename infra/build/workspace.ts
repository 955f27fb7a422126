import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import semver from "semver";
import { glob } from "tinyglobby";
import { parse } from "yaml";
import { type Manifest, readManifest } from "./manifest.ts";
import { hasLockFile } from "./package-manager.ts";

/** A package of the repository that the backend needs, or the backend itself. */
export interface LocalPackage {
  /** From the root of the release, with `/` between its parts; empty: the root itself. */
  path: string;
  manifest: Manifest;
  /** The backend loads it when it runs; else only its build needs it. */
  runtime: boolean;
}

/** The backend within its repository. */
export interface Workspace {
  /** The folder that a release mirrors: the backend's own, or one around it. */
  root: string;
  /** The backend's folder, from the root; empty: the root itself. */
  member: string;
  /** The folder of the lock file, relative to the root. */
  lockFolder: string;
  /** The backend and the packages it needs, each after those it needs itself. */
  packages: LocalPackage[];
  /** The folders of every member of the workspace; empty where there is none. */
  members: string[];
}

/** Finds the workspace that `folder` belongs to, and which of its packages the backend needs. */
export async function readWorkspace(folder: string): Promise<Workspace> {
  const around = await workspaceAround(folder);
  const members = around?.members ?? [];
  const packages = await closure(folder, await manifests(members));
  const top = around?.root ?? commonFolder(packages.map(({ path }) => path));
  const from = (path: string) => relative(top, path).split(sep).join("/");
  return {
    root: top,
    member: from(folder),
    lockFolder: from(around?.root ?? folder),
    packages: packages.map((one) => ({ ...one, path: from(one.path) })),
    members: members.map(from),
  };
}

/** The nearest folder at or above it that says it is a workspace with this folder in it. */
async function workspaceAround(folder: string): Promise<{ root: string; members: string[] } | undefined> {
  for (let root = folder; ; root = dirname(root)) {
    const patterns = await workspacePatterns(root);
    if (patterns) {
      const members = await expand(root, patterns);
      if (root === folder || (members.includes(folder) && hasLockFile(root))) return { root, members };
    }
    if (existsSync(join(root, ".git")) || dirname(root) === root) return undefined;
  }
}

async function workspacePatterns(root: string): Promise<string[] | undefined> {
  const listed = await pnpmPatterns(join(root, "pnpm-workspace.yaml"));
  if (listed) return listed;
  if (!existsSync(join(root, "package.json"))) return undefined;
  const { workspaces } = await readManifest(root);
  return Array.isArray(workspaces) ? workspaces : workspaces?.packages;
}

async function pnpmPatterns(path: string): Promise<string[] | undefined> {
  const text = await readFile(path, "utf8").catch(() => ""); // most have none
  try {
    return (parse(text) as { packages?: string[] } | null)?.packages;
  } catch (error) {
    throw new Error(`backendSource: expected YAML in ${path}: ${(error as Error).message}`);
  }
}

async function expand(root: string, patterns: string[]): Promise<string[]> {
  const inside = patterns.map((pattern) => pattern.replace(/^(!?)(?:\.\/)?(.*?)\/*$/, "$1$2/package.json"));
  const found = await glob(inside, { cwd: root, ignore: ["**/node_modules/**"], absolute: false });
  return found.map((path) => resolve(root, dirname(path))).sort();
}

interface Found {
  /** Absolute. */
  path: string;
  manifest: Manifest;
}

async function manifests(folders: string[]): Promise<Found[]> {
  return Promise.all(folders.map(async (path) => ({ path, manifest: await readManifest(path) })));
}

/** The packages of the repository that `folder` needs, each after those that it needs itself, and `folder` last. */
async function closure(folder: string, members: Found[]): Promise<(Found & { runtime: boolean })[]> {
  const found = new Map<string, Found & { runtime: boolean }>();
  const visit = async (path: string, runtime: boolean, under: string[]): Promise<void> => {
    const before = found.get(path);
    if (under.includes(path) || (before && (before.runtime || !runtime))) return;
    const manifest = await readManifest(path);
    for (const kind of ["runtime", "build"] as const) {
      for (const next of await neighbours({ path, manifest }, kind, members))
        await visit(next, runtime && kind === "runtime", [...under, path]);
    }
    if (before) before.runtime = true;
    else found.set(path, { path, manifest, runtime });
  };
  await visit(folder, true, []);
  return [...found.values()];
}

async function neighbours(
  { path, manifest }: Found,
  kind: "runtime" | "build",
  members: Found[],
): Promise<string[]> {
  const wanted =
    kind === "runtime"
      ? { ...manifest.dependencies, ...manifest.optionalDependencies }
      : { ...manifest.devDependencies };
  const found = Object.entries(wanted).map(([name, range]) => local(path, name, String(range), members));
  return (await Promise.all(found)).flatMap((one) => one ?? []);
}

/** Where the repository itself holds a dependency: a path, or a member by its name. */
async function local(
  from: string,
  name: string,
  range: string,
  members: Found[],
): Promise<string | undefined> {
  const path = pathIn(range);
  if (path) {
    const target = resolve(from, path);
    return (await isPackage(target)) ? target : undefined; // an archive of a package travels like any other file
  }
  const member = members.find(({ manifest }) => manifest.name === name);
  return member && fits(member.manifest, range) ? member.path : undefined;
}

/** npm writes `file:addon` for `./addon`; a `workspace:` may be a range, and is a path where it looks like one. */
function pathIn(range: string): string | undefined {
  const [, path, member] =
    /^(?:(?:file|link|portal):(?![/~])(.+)|workspace:(\.{1,2}(?:\/.*)?|[\w-]+\/.*))$/.exec(range) ?? [];
  return path ?? member;
}

/** In doubt a file is sent along: an extra file does no harm. */
function fits({ version }: Manifest, range: string): boolean {
  if (range.startsWith("workspace:") || !semver.validRange(range)) return true;
  return !version || semver.satisfies(version, range, { includePrerelease: true });
}

async function isPackage(path: string): Promise<boolean> {
  return stat(join(path, "package.json")).then(
    (found) => found.isFile(),
    () => false,
  );
}

function commonFolder(paths: string[]): string {
  const [first = "", ...others] = paths;
  const holds = (folder: string) => others.every((path) => path === folder || path.startsWith(folder + sep));
  let folder = first;
  while (!holds(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
