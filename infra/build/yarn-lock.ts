import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PackageManager } from "./package-manager.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Yarn 1 does not notice that the lock file of a workspace is out of date, `--frozen-lockfile` or not: it would resolve
 * what is missing again, on each host.
 *
 * @throws if yarn.lock lacks a dependency that a package.json names
 */
export async function checkYarnLock(
  workspace: Workspace,
  { version, lockFile }: PackageManager,
): Promise<void> {
  if (lockFile !== "yarn.lock" || !version?.startsWith("1.")) return;
  const path = join(workspace.root, workspace.lockFolder, lockFile);
  const locked = lockedPatterns(await readFile(path, "utf8"));
  const lacking = wantedPatterns(workspace).filter((pattern) => !locked.has(pattern));
  if (lacking.length === 0) return;
  throw new Error(
    `backendSource: ${path} is not up to date: it lacks ${lacking.join(", ")}; next: yarn install, then commit it`,
  );
}

/** `"@scope/a@^1.0.0", b@~2.1:` */
function lockedPatterns(text: string): Set<string> {
  const heads = text.split(/\r?\n/).filter((line) => /^[^#\s].*:$/.test(line));
  return new Set(
    heads.flatMap((line) => line.slice(0, -1).split(", ")).map((one) => one.replaceAll('"', "")),
  );
}

/** What comes from a registry; packages of the repository are in no lock file, and `resolutions` change ranges. */
function wantedPatterns({ packages }: Workspace): string[] {
  const local = new Set(packages.map(({ manifest }) => manifest.name));
  const changed = packages.some(({ manifest }) => "resolutions" in manifest);
  const wanted = packages.flatMap(({ manifest: { dependencies, optionalDependencies } }) =>
    Object.entries({ ...dependencies, ...optionalDependencies }),
  );
  return wanted.flatMap(([name, range]) =>
    changed || local.has(name) || range.includes(":") || range.includes("/") ? [] : [`${name}@${range}`],
  );
}
