import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import type { FilesRoute } from "../settings/routes.ts";
import { hashedAmong } from "./asset-names.ts";
import { describeFiles } from "./release-files.ts";
import { secretsAmong } from "./secret-files.ts";
import { matches, walk } from "./source-files.ts";

/** One file of a set. */
export interface FileSetFile {
  /** From the set's folder, with `/` between its parts. */
  path: string;
  sha256: string;
  /** Its name is its own for each content: browsers may keep it. */
  asset: boolean;
}

/** What systems leave in folders, and no site is meant to serve. */
const never = /(^|\/)(\.git\/?|\.DS_Store|Thumbs\.db)$/;

/**
 * All files of a folder, whatever git ignores: what a build wrote usually is.
 *
 * @param shown the folder as the operator knows it
 * @throws where one must not be served, or cannot
 */
export async function fileSetFiles(
  folder: string,
  { path: route, fallback, build, immutable }: FilesRoute,
  shown: string,
): Promise<FileSetFile[]> {
  const key = `routes.${route}.files`;
  const advice =
    build === undefined
      ? `build it first, or let the \`up\` build it: routes.${route}.build`
      : `routes.${route}.build, ${JSON.stringify(build)}, wrote nothing there`;
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Error(`${key}: expected a folder, found none at ${shown}; ${advice}`);
  const paths = (await walk(folder, (path) => never.test(path))).sort();
  if (paths.length === 0) throw new Error(`${key}: expected files in ${shown}, found none; ${advice}`);
  const odd = paths.find((path) => /[\r\n]/.test(path));
  if (odd)
    throw new Error(`${key}: expected names without line ends, found ${JSON.stringify(odd)}; rename it`);
  if (fallback !== undefined && !paths.includes(fallback))
    throw new Error(`routes.${route}.fallback: expected a file of ${shown}, found no ${fallback} there`);
  await refuseSecrets(key, folder, shown, paths);
  const described = await describeFiles(folder, paths);
  const link = described.find(({ kind }) => kind === "link");
  if (link)
    throw new Error(`${key}: expected files, found a link, ${link.path}; put the file itself in its place`);
  const hashed = immutable
    ? matches(immutable)
    : (
        (all) => (path: string) =>
          all.has(path)
      )(hashedAmong(paths));
  return described.map(({ path, sha256 }) => ({ path, sha256, asset: hashed(path) }));
}

/** Everybody can read what is served. */
async function refuseSecrets(key: string, folder: string, shown: string, paths: string[]): Promise<void> {
  const found = await secretsAmong(folder, paths);
  if (found.length === 0) return;
  throw new Error(
    [
      `${key}: expected nothing secret among the files that everybody can read, found in ${shown}:`,
      ...found.map((line) => `  ${line}`),
      "  next: keep them out of that folder",
    ].join("\n  "),
  );
}

/** Names a release of a set: 12 digits made from the path it is served by and its files. */
export function fileSetName(route: string, files: readonly FileSetFile[]): string {
  const hash = createHash("sha256").update(`files ${route}\n`);
  for (const { path, sha256, asset } of files) hash.update(`${asset ? "+" : "-"} ${sha256} ${path}\n`);
  return hash.digest("hex").slice(0, 12);
}
