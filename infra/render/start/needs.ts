import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { isAbsolute, join, posix } from "node:path";
import type { Command } from "./command-parts.ts";
import { entryFile } from "./entry.ts";
import { environmentFiles, loadedModules } from "./node-options.ts";
import { type Origin, override, unusable } from "./origin.ts";
import type { Manifest, ReleaseContext } from "./release-context.ts";

/**
 * Files that options of Node name must be in the release.
 *
 * @param cwd the folder in which Node starts, from the backend's
 * @returns what is not there and need not be
 */
export function expectFiles(
  nodeArguments: readonly string[],
  cwd: string,
  origin: Origin,
  { paths }: ReleaseContext,
): string[] {
  const inRelease = (path: string) => posix.normalize(posix.join(cwd, path));
  for (const name of loadedModules(nodeArguments)) {
    if (!/^\.\.?\//.test(name) || entryFile([inRelease(name)], paths, undefined)) continue;
    throw unusable(origin, `expected a file of the release, found ${name}, which is not in it`);
  }
  return environmentFiles(nodeArguments).flatMap(({ path, required }) => {
    if (isAbsolute(path) || paths.has(inRelease(path))) return [];
    if (!required) return [`${path} of --env-file-if-exists is not in the release`];
    throw unusable(
      origin,
      `expected a file of the release, found --env-file ${path}, which does not travel`,
      `set its variables by backendEnvironment and backendSecretEnvironment, and leave it out: ${override()}; or list it in backendInclude`,
    );
  });
}

/**
 * Packages that Node loads first, and programs, must be installed on the host, where devDependencies are not.
 *
 * @throws where one is not
 */
export function expectInstalled(command: Command, origin: Origin, context: ReleaseContext): void {
  const packages = loadedModules(command.nodeArguments).flatMap(packagesOf);
  const bin = command.program.kind === "bin" ? command.program.name : undefined;
  const missing = packages.find((name) => isDevelopment(name, context.manifest));
  const unlisted = packages.find((name) => isUnlisted(name, context));
  if (missing === undefined && unlisted !== undefined)
    throw unusable(
      origin,
      `it loads ${unlisted}, which is in no list of dependencies of package.json, and not in package-lock.json`,
      `npm install --save-prod ${unlisted}, and commit both files`,
    );
  const owner = missing ?? (bin && developmentOwner(bin, origin, context));
  if (!owner) return;
  throw unusable(
    origin,
    `it needs ${owner}, which is in devDependencies, and these are not installed on the host`,
    `npm install --save-prod ${owner} (pnpm add, yarn add), and commit it`,
  );
}

/** `dotenv` of `dotenv/config`; nothing of a file or of Node's own. */
function packagesOf(name: string): string[] {
  if (/^(\.|\/|node:|file:|data:)/.test(name)) return [];
  const found = /^(@[^/]+\/)?[^/]+/.exec(name)?.[0];
  // Its compiler is a package of its own, which repositories keep with their build.
  if (found === "ts-node") return [found, "typescript"];
  return found ? [found] : [];
}

function isDevelopment(
  name: string,
  { dependencies, optionalDependencies, devDependencies }: Manifest,
): boolean {
  return !!devDependencies?.[name] && !dependencies?.[name] && !optionalDependencies?.[name];
}

/** As npm's lock file says it; other managers' are not read, and there the host's own error tells. */
function isUnlisted(name: string, { folder, manifest }: ReleaseContext): boolean {
  const { dependencies, optionalDependencies } = manifest;
  if (isBuiltin(name) || { ...dependencies, ...optionalDependencies }[name] !== undefined) return false;
  const packages = lockedPackages(folder);
  const found = packages?.[`node_modules/${name}`];
  return packages !== undefined && (found === undefined || found.dev === true);
}

interface LockedPackage {
  dev?: boolean;
  bin?: Record<string, string>;
}

/**
 * The development package to which a program belongs, as npm's lock file says it; without one, by its name.
 *
 * @throws where no package has it
 */
function developmentOwner(
  bin: string,
  origin: Origin,
  { folder, manifest }: ReleaseContext,
): string | undefined {
  const packages = lockedPackages(folder);
  if (packages === undefined) return isDevelopment(bin, manifest) ? bin : undefined;
  const owners = Object.entries(packages).filter(([, { bin: own }]) => own && bin in own);
  if (owners.length === 0)
    throw unusable(
      origin,
      `expected a program of a dependency, found ${bin}, which no package of package-lock.json has`,
    );
  if (owners.some(([, { dev }]) => !dev)) return undefined;
  return owners[0]?.[0].replace(/^.*node_modules\//, "");
}

/** Undefined where npm wrote no lock file, or one of version 1, which does not say it. */
function lockedPackages(folder: string): Record<string, LockedPackage> | undefined {
  const path = join(folder, "package-lock.json");
  if (!existsSync(path)) return undefined;
  return parseLock(readFileSync(path, "utf8"), path).packages;
}

function parseLock(text: string, path: string): { packages?: Record<string, LockedPackage> } {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(
      `backendSource: expected JSON in ${path}: ${(error as Error).message}; next: npm install --package-lock-only, then commit it`,
    );
  }
}
