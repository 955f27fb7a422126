import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of this package: it holds `templates/` and `examples/`, whether this code runs from its sources,
 * from the bundle that Pulumi loads, or from `dist/` inside another program's `node_modules`.
 */
export const packageRoot = findUp(dirname(fileURLToPath(import.meta.url)));

/** The folder of the bundled example. */
export const exampleBackend = join(packageRoot, "examples/geo-backend");

function findUp(folder: string): string {
  const manifest = join(folder, "package.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "geo-system") return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error("geo-system: its package.json is missing; install the package again");
  return findUp(parent);
}

/**
 * The folder of the Pulumi.yaml that this program belongs to: Pulumi runs a program in the folder of its `main`.
 * `pulumi.getRootDirectory()` would say it too, but older language hosts do not pass it on.
 */
export function projectFolder(from = process.cwd()): string {
  if (existsSync(join(from, "Pulumi.yaml"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`geo-system: no Pulumi.yaml in or above ${process.cwd()}`);
  return projectFolder(parent);
}

/** The text of a file that lands on the host, by its path under `templates/`. */
export function template(path: string): string {
  return readFileSync(join(packageRoot, "templates", path), "utf8");
}
