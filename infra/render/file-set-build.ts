import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, posix, relative, sep } from "node:path";
import { extract } from "tar";
import { belongs } from "../build/belongs.ts";
import { built } from "../build/build.ts";
import { buildSteps } from "../build/build-plan.ts";
import { readPackageManager } from "../build/package-manager.ts";
import type { Say } from "../build/run-command.ts";
import { readWorkspace } from "../build/workspace.ts";
import { madeCacheFolder } from "../cache-folder.ts";
import type { FilesRoute } from "../settings/routes.ts";
import { describeFiles } from "./release-files.ts";
import { sourceFiles } from "./source-files.ts";

/** Nothing of the sources is served, so none of them is refused as a secret. */
const anySource = { include: ["*"] };

/**
 * Builds in a clean copy, as the backend is built, and lets `work` read the folder of the route there.
 *
 * @throws where there is no package.json at or above the folder, or the build fails
 */
export async function withBuilt<T>(
  { path: route, files: folder, build }: FilesRoute,
  npmRegistry: string | undefined,
  say: Say,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const key = `routes.${route}.build`;
  const home = packageOf(folder);
  if (home === undefined)
    throw new Error(
      `${key}: expected a package.json above ${folder}, found none; the command runs in its folder`,
    );
  const told: Say = (line) => say(line.replace(/^build: /, `${key}: `));
  const { archivePath, from } = await labelled(key, () => buildIn(home, build, npmRegistry, told));
  const below = posix.join(from, relative(home, folder).split(sep).join("/"));
  const temporary = join(await madeCacheFolder("build-work"), randomUUID().slice(0, 8));
  try {
    await mkdir(temporary);
    const start = below === "." ? "./" : `./${below}/`;
    await extract({ file: archivePath, cwd: temporary, filter: (path) => path.startsWith(start) });
    return await work(join(temporary, below));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function buildIn(home: string, build: string | undefined, npmRegistry: string | undefined, say: Say) {
  const workspace = await readWorkspace(home);
  const { root, member } = workspace;
  const manager = await readPackageManager(join(root, workspace.lockFolder));
  const { paths } = await sourceFiles(root, {
    belongs: belongs(workspace, manager, true),
    deployIgnored: true,
  });
  const { archivePath } = await built(
    {
      ...{ workspace, manager, steps: buildSteps(workspace, manager, build), options: anySource },
      files: await describeFiles(root, paths, true),
      travels: new Set(paths),
      ignored: () => false,
      ...(npmRegistry && { registry: npmRegistry }),
    },
    say,
  );
  return { archivePath, from: member };
}

/** The nearest folder above it, itself included, that has a package.json. What is built may not be there yet. */
function packageOf(folder: string): string | undefined {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, "package.json"))) return path;
    if (dirname(path) === path) return undefined;
  }
}

/** What reads a package names the backend's keys. */
async function labelled<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error)
      error.message = error.message
        .replaceAll("backendSource: ", `${key}: `)
        .replaceAll("The backend cannot be built", `${key}: the files cannot be built`)
        .replaceAll("backendBuild", key);
    throw error;
  }
}
