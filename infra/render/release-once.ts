import type { Say } from "../build/run-command.ts";
import {
  describeRelease,
  type FileParameters,
  type PackedFiles,
  packFiles,
  type Release,
  type ReleaseParameters,
} from "./release.ts";

const packed = new Map<string, Promise<PackedFiles>>();

/**
 * As `packRelease`, but reads and packs the files once a run: its check, its plan and its upload are of one release,
 * also where a file changes meanwhile.
 */
export async function packReleaseOnce(parameters: ReleaseParameters, say: Say = () => {}): Promise<Release> {
  return describeRelease(await filesOnce(parameters, say), parameters);
}

function filesOnce(parameters: FileParameters, say: Say): Promise<PackedFiles> {
  const { backendSource, backendInclude = [], backendBuild, npmRegistry } = parameters;
  const key = JSON.stringify([backendSource, backendInclude, backendBuild, npmRegistry, process.cwd()]);
  const before = packed.get(key);
  if (before) return before;
  const now = packFiles(parameters, say);
  packed.set(key, now);
  now.catch(() => packed.delete(key)); // A folder that was mended is read again.
  return now;
}
