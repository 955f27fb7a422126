import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import ignore from "ignore";
import { gitFiles } from "./git-files.ts";
import { IgnoreFiles } from "./ignore-files.ts";

/** Which files of a folder travel, beside what git and .deployignore say. */
export interface SourceOptions {
  /** Exceptions in the syntax of .gitignore: ignored files that travel all the same, and secrets that may. */
  include?: readonly string[];
  /** The folder below the given one from which those patterns start. Default: the folder itself. */
  includeFrom?: string;
  /** Asks of a path whether it is one of the files meant. Default: all are. */
  belongs?: (path: string) => boolean;
  /** Also what .deployignore names: a build sees it. */
  deployIgnored?: boolean;
}

export interface SourceFiles {
  /** From the folder, with `/` between their parts, in an order that is the same on every machine. */
  paths: string[];
  /** Whether git said which files are ignored; else the .gitignore files did, read without git. */
  decidedBy: "git" | ".gitignore";
  /** Patterns of `include` that match no file. */
  unmatched: string[];
}

/** Dependencies are installed on the host; git's own files are of no use there. */
const never = ignore().add(["node_modules", ".git", ".deployignore"]);

/**
 * The files of `folder` that make up its source: in a git checkout what git tracks or would track, else all that the
 * .gitignore files do not name; less what .deployignore files name; with what `include` names. Never node_modules or
 * .git.
 *
 * @throws where git refuses, or a name has a line end
 */
export async function sourceFiles(folder: string, options: SourceOptions = {}): Promise<SourceFiles> {
  const { belongs = () => true, deployIgnored = false } = options;
  const ignored = namedByDeployIgnore(folder);
  const skipped = (path: string) => never.ignores(path) || (!deployIgnored && ignored(path));
  const byGit = await gitFiles(folder, skipped, ignored);
  const own = byGit ?? (await ignoredByFiles(folder, skipped));
  const { included, unmatched } = await inclusions(folder, options);
  const paths = [...new Set([...own, ...included])].filter(belongs).sort();
  for (const path of paths) refuseLineEnd(path);
  return { paths, decidedBy: byGit ? "git" : ".gitignore", unmatched };
}

/** Asks of a path whether a .deployignore names it. */
export function namedByDeployIgnore(folder: string): (path: string) => boolean {
  const files = new IgnoreFiles(folder, [".deployignore"]);
  return (path) => files.excludes(path);
}

function ignoredByFiles(folder: string, skipped: (path: string) => boolean): Promise<string[]> {
  const ignored = new IgnoreFiles(folder, [".gitignore"]);
  return walk(folder, (path) => skipped(path) || ignored.excludes(path));
}

async function inclusions(folder: string, { include = [], includeFrom = "." }: SourceOptions) {
  if (include.length === 0) return { included: [], unmatched: [] };
  const from = join(folder, includeFrom);
  const files = await walk(from, (path) => never.ignores(path));
  const matched = matches(include);
  const unmatched = include.filter((one) => !one.startsWith("!") && !files.some(matches([one])));
  return { included: files.filter(matched).map((path) => posix.join(includeFrom, path)), unmatched };
}

/** Whether patterns in the syntax of .gitignore name a path. */
export function matches(patterns: readonly string[]): (path: string) => boolean {
  const rules = ignore().add(patterns);
  return (path) => rules.ignores(path);
}

/** Every file and link below a folder that is not skipped; a folder's path ends with `/`. */
export async function walk(
  folder: string,
  skipped: (path: string) => boolean,
  below = "",
): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = `${below}${entry.name}${entry.isDirectory() ? "/" : ""}`;
      if (skipped(path)) return [];
      return entry.isDirectory() ? walk(folder, skipped, path) : [path];
    }),
  );
  return found.flat();
}

function refuseLineEnd(path: string): void {
  if (/[\r\n]/.test(path))
    throw new Error(
      `backendSource: ${JSON.stringify(path)}: expected a name without line ends; rename it or name it in .deployignore`,
    );
}
