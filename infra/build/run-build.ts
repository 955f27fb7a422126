import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildEnvironment, variablesIn } from "./build-environment.ts";
import { type BuildStep, noBuild } from "./build-plan.ts";
import type { LocalManager } from "./local-manager.ts";
import { installScripts, withoutGitHooks, withoutOwnScripts } from "./own-scripts.ts";
import { isBerry, type PackageManager } from "./package-manager.ts";
import { type Run, runCommand, type Say } from "./run-command.ts";
import type { Workspace } from "./workspace.ts";

export interface BuildJob {
  workspace: Workspace;
  manager: PackageManager;
  /** The same one, on this machine. */
  local: LocalManager;
  steps: BuildStep[];
  /** The clean copy of {@link Workspace.root}. */
  copy: string;
  registry?: string;
}

const installWords: Record<PackageManager["name"] | "berry", string[]> = {
  npm: ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
  pnpm: ["install", "--frozen-lockfile", "--prod=false", "--reporter=append-only"],
  yarn: ["install", "--frozen-lockfile", "--production=false", "--non-interactive"],
  berry: ["install", "--immutable"],
};

/**
 * Installs all dependencies into the clean copy, by the lock file alone, and builds there.
 *
 * @throws BuildError where one of the commands fails
 */
export async function runBuild(job: BuildJob, say: Say): Promise<void> {
  const { workspace, copy } = job;
  const folders = [workspace.lockFolder, ...workspace.packages.map(({ path }) => path)].map((path) =>
    join(copy, path),
  );
  await withoutOwnScripts(await packagesIn(folders), () => install(job, say));
  await withoutGitHooks(folders);
  for (const { path, manifest } of workspace.packages)
    for (const script of installScripts(manifest))
      await step(job, { folder: path, run: { script }, label: `${job.manager.name} run ${script}` }, say);
  for (const one of job.steps) await step(job, one, say);
}

async function packagesIn(folders: string[]): Promise<string[]> {
  const found = [...new Set(folders)].map((folder) =>
    readFile(join(folder, "package.json")).then(
      () => [folder],
      () => [], // the folder of a lock file alone
    ),
  );
  return (await Promise.all(found)).flat();
}

async function install(job: BuildJob, say: Say): Promise<void> {
  const { workspace, manager, local, copy, registry } = job;
  const folder = join(copy, workspace.lockFolder);
  const words = installWords[isBerry(manager) ? "berry" : manager.name];
  const where = registry && !isBerry(manager) ? ["--registry", registry] : [];
  const environment = buildEnvironment(manager.name, local.programs, await variables(folder));
  if (registry) environment.YARN_NPM_REGISTRY_SERVER = registry;
  const run = {
    ...shown(job, workspace.lockFolder),
    label: [manager.name, ...words].join(" "),
    words: [...local.command, ...words, ...where] as Run["words"],
    environment,
    reasonFirst: manager.name === "npm",
    next: `is ${manager.lockFile} up to date, and committed? can this machine reach its npm registry? What a build needs comes from the lock file alone`,
  };
  await runCommand(run, say);
}

/** Tokens reach the install where the repository's own configuration names their variables, and never the build. */
async function variables(folder: string): Promise<string[]> {
  const texts = [".npmrc", ".yarnrc.yml", ".yarnrc"].map((name) =>
    readFile(join(folder, name), "utf8").catch(() => ""),
  );
  return variablesIn((await Promise.all(texts)).join("\n"));
}

function step(job: BuildJob, { folder, run, label }: BuildStep, say: Say): Promise<void> {
  const { workspace, manager, local, copy } = job;
  const bins = [folder, workspace.lockFolder].map((path) => join(copy, path, "node_modules", ".bin"));
  const words: Run["words"] =
    "script" in run ? [...local.command, "run", run.script] : ["/bin/sh", "-c", run.line];
  return runCommand(
    {
      ...shown(job, folder),
      ...{ label, words, member: folder },
      environment: buildEnvironment(manager.name, [...("line" in run ? bins : []), ...local.programs]),
      next:
        "it runs in a clean copy: what git ignores, .git and the environment's secrets are not there; " +
        `try it in a fresh clone, name another command (backendBuild COMMAND), or none (backendBuild ${noBuild})`,
    },
    say,
  );
}

const shown = ({ workspace, copy }: BuildJob, path: string) => ({
  folder: join(copy, path),
  shownFolder: join(workspace.root, path),
});
