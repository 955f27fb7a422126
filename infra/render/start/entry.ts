import { posix } from "node:path";

/**
 * The file that Node would load for one of these names, among the files of a release.
 *
 * @param main what package.json names for the folder itself
 */
export function entryFile(
  candidates: readonly string[],
  paths: ReadonlySet<string>,
  main: string | undefined,
): string | undefined {
  return candidates
    .flatMap((name) => {
      const path = posix.normalize(name).replace(/\/$/, "");
      return path === "." ? spellings(posix.normalize(main ?? "index.js")) : spellings(path);
    })
    .find((path) => paths.has(path));
}

const spellings = (path: string) => [path, `${path}.js`, `${path}.json`, `${path}/index.js`];
