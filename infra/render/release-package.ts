import { readManifest } from "../build/manifest.ts";
import { leftBehind } from "./start/left-behind.ts";
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
  const manifest: Manifest & { engines?: Record<string, unknown> } = await readManifest(folder);
  const engines = manifest.engines?.node;
  const context = { folder, manifest, paths, parameters };
  const start = await readStart(context);
  return {
    start: { ...start, notes: [...start.notes, ...(await leftBehind(context))] },
    ...(typeof engines === "string" && { engines }),
  };
}

function lacking(folder: string): Error {
  return new Error(
    `backendSource: expected a package.json in ${folder} that travels; git or .deployignore leaves it out; next: git add package.json, or take it out of .deployignore`,
  );
}
