import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The members of a package.json that decide where a package's dependencies come from and how it is built. */
export interface Manifest {
  name?: string;
  version?: string;
  packageManager?: string;
  scripts?: Record<string, string>;
  workspaces?: string[] | { packages?: string[] };
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * The package.json of a folder.
 *
 * @throws if there is none, or it is not a JSON object
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, "package.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new Error(`backendSource: expected a package.json in ${folder}, found none; next: npm init`);
  });
  const manifest = parse(text, path);
  if (typeof manifest === "object" && manifest !== null && !Array.isArray(manifest)) return manifest;
  throw new Error(
    `backendSource: expected a JSON object in ${path}, found ${shown(manifest)}; next: make it an object, such as npm init writes`,
  );
}

/** The text of a package.json. Some editors begin it with a byte order mark, which package managers take. */
export const parseManifest = (text: string) => JSON.parse(text.replace(/^\uFEFF/, "")) as Manifest;

/** For a message: a whole file may be long. */
const shown = (value: unknown) => JSON.stringify(value).slice(0, 60);

function parse(text: string, path: string): Manifest {
  try {
    return parseManifest(text);
  } catch (error) {
    throw new Error(`backendSource: expected JSON in ${path}: ${(error as Error).message}`);
  }
}

/** A script of the package, where it is a text and not empty. */
export function scriptOf({ scripts }: Manifest, name: string): string | undefined {
  const script = scripts?.[name];
  return typeof script === "string" && script.trim() !== "" ? script : undefined;
}
