import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheFolder, madeCacheFolder, prune, used } from "../cache-folder.ts";
import { writeArchive } from "../render/release-archive.ts";
import type { ReleaseFile } from "../render/release-files.ts";
import { refuseSecrets } from "../render/secret-files.ts";
import type { SourceOptions } from "../render/source-files.ts";
import { copyFiles } from "./build-copy.ts";
import type { BuildStep } from "./build-plan.ts";
import { builtFiles } from "./built-files.ts";
import { localManager } from "./local-manager.ts";
import type { PackageManager } from "./package-manager.ts";
import { runBuild } from "./run-build.ts";
import type { Say } from "./run-command.ts";
import type { Workspace } from "./workspace.ts";

/** What is built, and from what. */
export interface BuildInput {
  workspace: Workspace;
  manager: PackageManager;
  steps: BuildStep[];
  /** All that the build sees. */
  files: ReleaseFile[];
  /** The paths of those that are part of the release. */
  travels: ReadonlySet<string>;
  /** Asks whether .deployignore names a path. */
  ignored: (path: string) => boolean;
  /** Which secrets may travel. */
  options: SourceOptions;
  registry?: string;
}

export interface Built {
  /** A tar file on this machine; its first entry is {@link listName}. */
  archivePath: string;
  /** The paths of all its files. */
  paths: string[];
}

/**
 * The file that lists the others of a built archive, `sha256 path` a line: the host checks by it what arrived. It is no
 * part of the payload, since the same build gives other bytes on another machine.
 */
const listName = ".geo-system-files";

/**
 * Names a built release by what it was built from, not by its bytes: a build writes times and paths into its output, and
 * the same commit has to be the same release on a laptop and in CI. Everything that the build sees counts.
 */
export function buildName({ workspace, manager, steps, files, travels }: BuildInput): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([workspace.member, manager, steps]));
  for (const { kind, sha256, path } of files)
    hash.update(`${kind} ${sha256} ${travels.has(path) ? "+" : "-"} ${path}\n`);
  return hash.digest("hex").slice(0, 12);
}

const running = new Map<string, Promise<Built>>();

/** Builds once for each content on this machine and Node; what was built is kept for weeks. */
export function built(input: BuildInput, say: Say): Promise<Built> {
  const name = `${buildName(input)}-node${process.versions.node}-${process.platform}-${process.arch}`;
  const folder = join(cacheFolder("builds"), name);
  const now = running.get(folder) ?? cached(folder, input, say).finally(() => running.delete(folder));
  running.set(folder, now);
  return now;
}

async function cached(folder: string, input: BuildInput, say: Say): Promise<Built> {
  if (!(await used(folder))) await make(folder, input, say);
  const paths = JSON.parse(await readFile(join(folder, "paths.json"), "utf8")) as string[];
  return { archivePath: join(folder, "release.tar"), paths };
}

async function make(folder: string, input: BuildInput, say: Say): Promise<void> {
  const work = join(await madeCacheFolder("build-work"), randomUUID().slice(0, 8));
  const unfinished = `${folder}.${randomUUID()}`;
  try {
    await madeCacheFolder("builds");
    await mkdir(unfinished);
    await makeIn(join(work, basename(input.workspace.root)), unfinished, input, say);
    await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error; // else another program was quicker
    });
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
  await prune(cacheFolder("builds"), 30);
  await prune(cacheFolder("build-work"), 1); // of runs that were killed
}

async function makeIn(copy: string, result: string, input: BuildInput, say: Say): Promise<void> {
  const { workspace, manager, steps, files, travels, ignored, options, registry } = input;
  const local = await localManager(manager, registry);
  await copyFiles(workspace.root, files, copy);
  await runBuild({ workspace, manager, local, steps, copy, ...(registry && { registry }) }, say);
  const others = new Set(files.map(({ path }) => path).filter((path) => !travels.has(path)));
  const found = await builtFiles(copy, workspace, travels, others, ignored);
  await refuseSecrets(
    copy,
    found.map(({ path }) => path),
    options,
  );
  await writeFile(join(copy, listName), found.map(({ sha256, path }) => `${sha256} ${path}\n`).join(""));
  await writeArchive(copy, [{ path: listName, kind: "file" }, ...found], join(result, "release.tar"));
  await writeFile(join(result, "paths.json"), JSON.stringify(found.map(({ path }) => path)));
}
