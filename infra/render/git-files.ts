import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** Set by a hook or another tool, they would lead git to another repository. */
const places = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_PREFIX",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
];

/** Asks of a path; a folder's ends with `/`. */
type Asks = (path: string) => boolean;

/**
 * What git tracks in `folder`, and what it would track, as it is in the work tree: paths from there, with the files of
 * submodules and of checkouts inside. Undefined where git has no say: it is not installed, this is no checkout, or the
 * checkout around it ignores the folder.
 *
 * @param skipped paths that need not be looked into
 * @param dispensable submodules that may be missing
 * @throws where git refuses, or a submodule was not checked out
 */
export async function gitFiles(
  folder: string,
  skipped: Asks = () => false,
  dispensable: Asks = skipped,
): Promise<string[] | undefined> {
  const listed = await git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".");
  if (listed === undefined || (listed === "" && (await isIgnored(folder)))) return undefined;
  const paths = [...new Set(listed.split("\0"))].filter((path) => path && !skipped(path));
  const found = await Promise.all(paths.map((path) => filesAt(folder, path, skipped, dispensable)));
  return found.flat();
}

/** A path of git's list is a file, or the folder of another checkout. */
async function filesAt(folder: string, path: string, skipped: Asks, dispensable: Asks): Promise<string[]> {
  if (path.includes("\uFFFD"))
    throw unfit(path, "expected a name in UTF-8; rename it or name it in .gitignore");
  const status = await lstat(join(folder, path)).catch(() => undefined);
  if (!status) return []; // Deleted from the work tree, and not yet from git.
  if (!status.isDirectory()) return [path];
  const inner = path.replace(/\/$/, "");
  if (skipped(`${inner}/`) || !(await isCheckout(folder, inner, dispensable))) return [];
  const below = (asks: Asks) => (file: string) => asks(`${inner}/${file}`);
  const files = await gitFiles(join(folder, inner), below(skipped), below(dispensable));
  return (files ?? []).map((file) => `${inner}/${file}`);
}

async function isCheckout(folder: string, path: string, dispensable: Asks): Promise<boolean> {
  if (await lstat(join(folder, path, ".git")).catch(() => undefined)) return true;
  const entry = await git(folder, "ls-files", "-z", "--stage", "--", `:(literal)${path}`);
  if (!entry?.startsWith("160000 ")) return false; // A file of git's that became a folder: its files are listed too.
  if (dispensable(`${path}/`)) return false;
  throw unfit(
    path,
    "this submodule is not checked out; next: git submodule update --init --recursive, or name it in .deployignore",
  );
}

async function isIgnored(folder: string): Promise<boolean> {
  return (await git(folder, "check-ignore", "--quiet", ".")) !== undefined;
}

/** What git prints; undefined where it is missing, finds no repository, or answers no (exit code 1). */
async function git(folder: string, ...words: string[]): Promise<string | undefined> {
  const env = { LC_ALL: "C", ...Object.fromEntries(places.map((name) => [name, undefined])) };
  const result = await execa("git", words, { cwd: folder, env, reject: false, stripFinalNewline: false });
  if (result.exitCode === 0) return result.stdout;
  if (result.code === "ENOENT" || result.exitCode === 1) return undefined;
  if (/not a git repository/.test(result.stderr)) return undefined;
  throw new Error(
    `backendSource: git cannot list the files of ${folder}: ${result.stderr.trim() || result.shortMessage}`,
  );
}

const unfit = (path: string, why: string) => new Error(`backendSource: ${JSON.stringify(path)}: ${why}`);
