import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readStart } from "./start/read-start.ts";
import type { Manifest, StartParameters } from "./start/release-context.ts";
import type { Start } from "./start/start.ts";

/** What package.json says of how a release runs. */
export interface ReleasePackage {
  start: Start;
  /** The versions of Node that it runs on, as a range. */
  engines?: string;
}

/**
 * Reads how the backend in `folder` starts, see {@link readStart}, and what Node it wants.
 *
 * @param paths the files of the release
 * @throws if package.json is missing, or the start cannot be honoured
 */
export async function readPackage(
  folder: string,
  paths: ReadonlySet<string>,
  parameters: StartParameters,
): Promise<ReleasePackage> {
  if (!paths.has("package.json")) throw lacking(folder);
  const manifest = parse(folder, await readFile(join(folder, "package.json"), "utf8"));
  const engines = manifest.engines?.node;
  return {
    start: await readStart({ folder, manifest, paths, parameters }),
    ...(typeof engines === "string" && { engines }),
  };
}

function lacking(folder: string): Error {
  return new Error(
    `backendSource: expected a package.json in ${folder} that travels, found none; next: npm init`,
  );
}

function parse(folder: string, text: string): Manifest & { engines?: Record<string, unknown> } {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(
      `backendSource: expected JSON in ${join(folder, "package.json")}: ${(error as Error).message}`,
    );
  }
}
