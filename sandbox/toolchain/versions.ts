/** Major, minor and patch of `v3.259.0`, `go1.26` or `3.260.0-alpha.1`; undefined where there is none. */
export function parseVersion(text: string): [number, number, number] | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] : undefined;
}

/** Whether a version is the least one or later. What holds no version is not. */
export function isAtLeast(version: string, least: string): boolean {
  const [found, wanted] = [parseVersion(version), parseVersion(least)];
  if (!found || !wanted) return false;
  const differs = found.findIndex((number, index) => number !== wanted[index]);
  return differs === -1 || (found[differs] ?? 0) > (wanted[differs] ?? 0);
}

/** A CLI runs programs of an SDK that is not newer than itself, within one major version. */
export function cliIsAdequate(cli: string, sdk: string): boolean {
  return isAtLeast(cli, sdk) && parseVersion(cli)?.[0] === parseVersion(sdk)?.[0];
}

/** Why this Go cannot build a module that asks for `needed`; undefined where it can. */
export function goObjection(version: string, needed: string, toolchain: string): string | undefined {
  if (isAtLeast(version, needed)) return undefined;
  // Since 1.21 a Go fetches the newer toolchain that a module asks for, from the module proxy.
  if (isAtLeast(version, "1.21") && toolchain !== "local") return undefined;
  const held = isAtLeast(version, "1.21") ? " and is told to stay so (GOTOOLCHAIN=local)" : "";
  return `the Go that was found is ${version.replace(/^go/, "")}${held}; ${needed} or newer is needed`;
}
