import { scriptOf } from "./manifest.ts";
import type { PackageManager } from "./package-manager.ts";
import type { Workspace } from "./workspace.ts";

/** One command of a build. */
export interface BuildStep {
  /** Where it runs, from the root of the release. */
  folder: string;
  /** A script of the folder's package.json, or a line for the shell. */
  run: { script: string } | { line: string };
  /** As an operator would type it. */
  label: string;
}

/** The value of `backendBuild` that builds nothing. */
export const noBuild = "off";

/**
 * What has to be run before the backend can start: the `build` scripts of the repository's packages that it needs, in
 * the order of their dependencies, then its own one, or `setting` in its place.
 */
export function buildSteps(
  { packages, member }: Workspace,
  { name }: PackageManager,
  setting: string | undefined,
): BuildStep[] {
  if (setting === noBuild) return [];
  const steps = packages.flatMap((one): (BuildStep & { runtime: boolean })[] => {
    const { path: folder, runtime } = one;
    if (folder === member && setting) return [{ folder, run: { line: setting }, label: setting, runtime }];
    if (!scriptOf(one.manifest, "build")) return [];
    return [{ folder, run: { script: "build" }, label: `${name} run build`, runtime }];
  });
  // The tools of a repository may have builds too; where nothing that runs has one, nothing is to be built.
  return steps.some(({ runtime }) => runtime) ? steps : [];
}
