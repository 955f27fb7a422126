import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { isAbsolute, join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";
import { fewAtOnce } from "./few-at-once.ts";
import { refuseSecrets } from "./secret-files.ts";
import { type SourceOptions, sourceFiles } from "./source-files.ts";

/** One file of a release. A symbolic link counts as a file that holds its target. */
export interface ReleaseFile {
  /** From the release's folder, with `/` between its parts. */
  path: string;
  sha256: string;
  kind: "file" | "program" | "link";
}

/** What a folder gives to a release. */
export interface ReleaseFiles {
  files: ReleaseFile[];
  /** What an operator should know of them, one sentence each. */
  notes: string[];
}

/**
 * Every file of a release that is made of a folder as it is, see {@link sourceFiles}.
 *
 * @throws if a file cannot travel, looks like a secret, or a pattern of `include` matches none
 */
export async function releaseFiles(folder: string, options: SourceOptions = {}): Promise<ReleaseFiles> {
  const { paths, decidedBy, unmatched } = await sourceFiles(folder, options);
  refuseUnmatched(folder, unmatched);
  await refuseSecrets(folder, paths, options);
  return {
    files: await describeFiles(folder, paths),
    notes:
      decidedBy === "git"
        ? []
        : [
            `${folder} is no git checkout: all of it travels but what its .gitignore and .deployignore files name`,
          ],
  };
}

/** @throws where a pattern names no file: the release would silently lack it */
function refuseUnmatched(folder: string, patterns: readonly string[]): void {
  if (patterns.length > 0)
    throw new Error(
      `backendInclude: expected patterns that name files in ${folder}, found none for ${patterns.map((one) => JSON.stringify(one)).join(", ")}`,
    );
}

/**
 * The content and kind of these files of a folder.
 *
 * @param anyLink also a link that leads out of the folder
 * @throws if one is no file or link, or a link leads out of the folder
 */
export function describeFiles(
  folder: string,
  paths: readonly string[],
  anyLink = false,
): Promise<ReleaseFile[]> {
  return fewAtOnce(paths, (path) => describe(folder, path, anyLink));
}

async function describe(folder: string, path: string, anyLink: boolean): Promise<ReleaseFile> {
  const status = await lstat(join(folder, path));
  if (status.isSymbolicLink()) return describeLink(folder, path, anyLink);
  if (!status.isFile()) throw unfit(path, "a file, a folder or a link", "name it in .deployignore");
  const hash = createHash("sha256");
  await pipeline(createReadStream(join(folder, path)), hash);
  return { path, sha256: hash.digest("hex"), kind: status.mode & 0o100 ? "program" : "file" };
}

async function describeLink(folder: string, path: string, anyLink: boolean): Promise<ReleaseFile> {
  const target = await readlink(join(folder, path));
  if (!anyLink && (isAbsolute(target) || /^\.\.(\/|$)/.test(normalize(join(path, "..", target)))))
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
