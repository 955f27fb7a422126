import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, readManifest } from "./manifest.ts";

type ManagerName = "npm" | "pnpm" | "yarn";

/** The package manager of a repository, and the lock file that it installs from. */
export interface PackageManager {
  name: ManagerName;
  /** Undefined: the npm that comes with Node. */
  version?: string;
  /** What the release of the package manager must hash to, as `packageManager` states it: `sha512.HEX`. */
  hash?: string;
  lockFile: string;
}

const lockFiles: [string, ManagerName][] = [
  ["npm-shrinkwrap.json", "npm"], // npm prefers it to the other one
  ["package-lock.json", "npm"],
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
];
const unsupported: [string, string][] = [
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["deno.lock", "deno"],
];

export const hasLockFile = (folder: string) => lockFiles.some(([name]) => existsSync(join(folder, name)));

/**
 * The package manager of the repository in `folder`: by its lock file, in the version that `packageManager` names, else
 * in one that reads this lock file.
 *
 * @throws if there is no lock file, several of different package managers, or one that nothing here can install from
 */
export async function readPackageManager(folder: string): Promise<PackageManager> {
  const named = parseNamed(await readManifest(folder), folder);
  const found = lockFiles.filter(([name]) => existsSync(join(folder, name)));
  const names = new Set(found.map(([, manager]) => manager));
  if (named && !names.has(named.name)) throw notOf(named.name, folder, found);
  if (!named && names.size > 1) throw several(folder, found);
  const [lockFile, name] = found.find(([, manager]) => !named || manager === named.name) ?? [];
  if (!lockFile || !name) throw missing(folder);
  const pinned = named?.version ? named : { version: await defaultVersion(folder, lockFile, name) };
  return {
    name,
    lockFile,
    ...(pinned.version && { version: pinned.version }),
    ...("hash" in pinned && pinned.hash && { hash: pinned.hash }),
  };
}

interface Named {
  name: ManagerName;
  version?: string;
  hash?: string;
}

/** `"packageManager": "pnpm@9.15.0+sha512.ab12…"` */
function parseNamed({ packageManager: text }: Manifest, folder: string): Named | undefined {
  if (text === undefined) return undefined;
  const [, name, version, hash] =
    /^([a-z]+)@(\d+\.\d+\.\d+(?:-[\w.]+)?)(?:\+(sha\d+\.[0-9a-f]+))?$/.exec(text) ?? [];
  if (name === "npm" || name === "pnpm" || name === "yarn")
    return { name, ...(version && { version }), ...(hash && { hash }) };
  throw new Error(
    `backendSource: expected "packageManager" in ${join(folder, "package.json")} to be npm, pnpm or yarn with a whole ` +
      `version, such as "pnpm@10.34.9"; found ${JSON.stringify(text)}`,
  );
}

/** What writes the lock file again. */
export const install: Record<ManagerName, string> = {
  npm: "npm install --package-lock-only",
  pnpm: "pnpm install --lockfile-only",
  yarn: "yarn install",
};

function missing(folder: string): Error {
  const other = unsupported.find(([file]) => existsSync(join(folder, file)));
  if (other) {
    return new Error(
      `backendSource: expected a lock file of npm, pnpm or yarn in ${folder}, found ${other[0]}: dependencies by ` +
        `${other[1]} are not supported; next: ${install.npm}, then commit package-lock.json`,
    );
  }
  return new Error(
    "backendSource: expected a lock file (package-lock.json, pnpm-lock.yaml or yarn.lock) in " +
      `${folder}, found none; next: ${install.npm}, which writes it; then commit it`,
  );
}

/** There may be one of another package manager, or of one that nothing here installs from. */
function notOf(name: ManagerName, folder: string, found: [string, ManagerName][]): Error {
  const others = [...found, ...unsupported.filter(([file]) => existsSync(join(folder, file)))];
  const files = others.map(([file]) => file).join(" and ") || "none";
  const correct = found[0] ? `, or correct "packageManager": ${files} is written by ${found[0][1]}` : "";
  return new Error(
    `backendSource: expected the lock file of ${name}, which "packageManager" names, in ${folder}, found ${files}; ` +
      `next: ${install[name]}, which writes it, then commit it${correct}`,
  );
}

function several(folder: string, found: [string, ManagerName][]): Error {
  const names = found.map(([file]) => file).join(" and ");
  return new Error(
    `backendSource: expected one lock file in ${folder}, found ${names}; remove the old one, or name the package ` +
      `manager in package.json: "packageManager": "${found[0]?.[1]}@VERSION"`,
  );
}

/** Of the versions that read and keep this lock file the last one. */
async function defaultVersion(
  folder: string,
  lockFile: string,
  name: ManagerName,
): Promise<string | undefined> {
  if (name === "npm") return undefined;
  const text = await readFile(join(folder, lockFile), "utf8");
  return name === "pnpm" ? pnpmFor(text, lockFile) : ((await yarnOfRepository(folder)) ?? yarnFor(text));
}

function pnpmFor(text: string, lockFile: string): string {
  const version = /^lockfileVersion:\s*['"]?(\d+)/m.exec(text)?.[1];
  const known = version && { 5: "7.33.7", 6: "8.15.9", 9: "10.34.9" }[version];
  if (known) return known;
  throw new Error(
    `backendSource: expected a ${lockFile} of version 5, 6 or 9, found ${version ?? "none"}; name the version of pnpm ` +
      `in package.json: "packageManager": "pnpm@VERSION"`,
  );
}

/** Yarn's releases are often kept in the repository: `yarnPath: .yarn/releases/yarn-3.6.4.cjs`. */
async function yarnOfRepository(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, ".yarnrc.yml"), "utf8").catch(() => ""); // Yarn 1 has none.
  return /^yarnPath:.*yarn-(\d+\.\d+\.\d+)\.cjs/m.exec(text)?.[1];
}

function yarnFor(text: string): string {
  const version = Number(/^__metadata:\n\s+version: (\d+)/m.exec(text.replaceAll("\r", ""))?.[1] ?? 0);
  if (version === 0) return "1.22.22";
  return version < 8 ? "3.8.7" : "4.18.1";
}

export const isBerry = ({ name, version }: PackageManager) => name === "yarn" && !version?.startsWith("1.");
