import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describeFiles, type ReleaseFile } from "../render/release-files.ts";
import type { Workspace } from "./workspace.ts";

/** What a package manager or a build keeps for its next run, and what the host installs itself. */
const never = new Set(["node_modules", ".git", ".turbo", ".nx", ".parcel-cache", ".pnpm-store"]);
const neverPath =
  /(^|\/)(\.next\/cache|\.yarn\/(cache|unplugged|install-state\.gz|build-state\.yml)|\.pnp\.(c|loader\.m)js)$/;

/**
 * What is in the copy after the build and belongs to the release: its own files as they are now, and all that the build
 * wrote.
 *
 * @param sources the files of the copy that are part of the release
 * @param others those that were only there for the build
 * @param ignored asks whether .deployignore names a path
 */
export async function builtFiles(
  copy: string,
  workspace: Workspace,
  sources: ReadonlySet<string>,
  others: ReadonlySet<string>,
  ignored: (path: string) => boolean,
): Promise<ReleaseFile[]> {
  const tools = workspace.packages.filter(({ runtime }) => !runtime).map(({ path }) => `${path}/`);
  const travels = (path: string) =>
    sources.has(path) ||
    !(others.has(path) || ignored(path) || tools.some((start) => path.startsWith(start)));
  const paths = (await walk(copy, "", sources)).filter(travels).sort();
  return describeFiles(copy, paths);
}

async function walk(copy: string, below: string, sources: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(join(copy, below), { withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = `${below}${entry.name}`;
    if (never.has(entry.name) || (neverPath.test(path) && !sources.has(path))) return [];
    if (entry.isDirectory()) return walk(copy, `${path}/`, sources);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}
