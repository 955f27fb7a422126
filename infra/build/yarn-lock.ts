import type { Workspace } from "./workspace.ts";

/**
 * The dependencies that a package.json names and the lock file lacks. Yarn 1 does not notice that the lock file of a
 * workspace is out of date, `--frozen-lockfile` or not: it would resolve what is missing again, on each host.
 *
 * @param text of a yarn.lock of Yarn 1
 */
export function lackingInYarnLock(text: string, workspace: Workspace): string[] {
  const locked = lockedPatterns(text);
  return wantedPatterns(workspace).filter((pattern) => !locked.has(pattern));
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
