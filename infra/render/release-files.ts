import { createHash } from "node:crypto";
import { createReadStream, type Dirent } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { isAbsolute, join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import ignore, { type Ignore } from "ignore";

/** One file of a release. A symbolic link counts as a file that holds its target. */
export interface ReleaseFile {
  /** From the release's folder, with `/` between its parts. */
  path: string;
  sha256: string;
  kind: "file" | "program" | "link";
}

/** Names what does not travel, in the syntax of .gitignore. */
const ignoreFile = ".deployignore";
/** Dependencies are installed on the host; git's own files are of no use there. */
const never = ["node_modules", ".git", ignoreFile];

/**
 * Every file of a release, in an order that is the same on every machine.
 *
 * @throws if a link leads out of the folder, or a name has a line end
 */
export async function releaseFiles(folder: string): Promise<ReleaseFile[]> {
  const skipped = ignore()
    .add(never)
    .add(await readIgnore(folder));
  const paths = await walk(folder, "", skipped);
  return Promise.all(paths.sort().map((path) => describe(folder, path)));
}

async function readIgnore(folder: string): Promise<string> {
  return readFile(join(folder, ignoreFile), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

async function walk(folder: string, below: string, skipped: Ignore): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => visit(folder, `${below}${entry.name}`, entry, skipped)),
  );
  return found.flat();
}

async function visit(folder: string, path: string, entry: Dirent, skipped: Ignore): Promise<string[]> {
  if (skipped.ignores(entry.isDirectory() ? `${path}/` : path)) return [];
  if (/[\r\n]/.test(entry.name))
    throw unfit(path, "a name without line ends", "rename it or name it in .deployignore");
  if (entry.isDirectory()) return walk(folder, `${path}/`, skipped);
  if (entry.isFile() || entry.isSymbolicLink()) return [path];
  throw unfit(path, "a file, a folder or a link", "name it in .deployignore");
}

async function describe(folder: string, path: string): Promise<ReleaseFile> {
  const status = await lstat(join(folder, path));
  if (status.isSymbolicLink()) return describeLink(folder, path);
  const hash = createHash("sha256");
  await pipeline(createReadStream(join(folder, path)), hash);
  return { path, sha256: hash.digest("hex"), kind: status.mode & 0o100 ? "program" : "file" };
}

async function describeLink(folder: string, path: string): Promise<ReleaseFile> {
  const target = await readlink(join(folder, path));
  if (isAbsolute(target) || normalize(join(path, "..", target)).startsWith(".."))
    throw unfit(
      path,
      "a link inside the folder",
      `it leads to ${target}; copy what it needs, or name it in .deployignore`,
    );
  return { path, sha256: createHash("sha256").update(target).digest("hex"), kind: "link" };
}

function unfit(path: string, expected: string, next: string): Error {
  return new Error(`backendSource: ${JSON.stringify(path)}: expected ${expected}; ${next}`);
}
