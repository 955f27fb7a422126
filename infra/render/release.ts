import { createHash } from "node:crypto";
import type { Settings } from "../settings/schema.ts";
import { archive } from "./release-archive.ts";
import { type ReleaseFile, releaseFiles } from "./release-files.ts";
import { type ReleasePackage, readPackage } from "./release-package.ts";

/** One version of the backend's files, ready to travel. */
export interface Release extends ReleasePackage {
  /** Names the release: 12 digits made from its files' paths, contents and kinds, and from nothing else. */
  hash: string;
  /** A tar file on this machine. */
  archivePath: string;
  manifest: { path: string; sha256: string }[];
  /** What an operator should know of it, one sentence each. */
  notes: string[];
}

/** What of the settings says what a release is made of. */
export type ReleaseParameters = Pick<Settings, "backendSource"> & Partial<Pick<Settings, "backendInclude">>;

/** Where the archive lies on the host: in the home of the user who logs in, where no other user can put a trap. */
export const uploadPath = (hash: string) => `.geo-system-${hash}.tar`;

/**
 * Packs the backend in `backendSource`: in a git checkout what git tracks or would track, less what .deployignore names,
 * see {@link releaseFiles}.
 *
 * @throws if the folder cannot become a release, with what to do about it
 * @example const { hash, archivePath } = await packRelease({ backendSource: "../backend" });
 */
export async function packRelease(parameters: ReleaseParameters): Promise<Release> {
  const { backendSource: folder, backendInclude: include = [] } = parameters;
  const { files, notes } = await releaseFiles(folder, { include });
  const description = await readPackage(folder, new Set(files.map(({ path }) => path)));
  const hash = nameOf(files);
  const manifest = files.map(({ path, sha256 }) => ({ path, sha256 }));
  return { ...description, hash, manifest, notes, archivePath: await archive(folder, files, hash) };
}

function nameOf(files: ReleaseFile[]): string {
  const hash = createHash("sha256");
  for (const { kind, sha256, path } of files) hash.update(`${kind} ${sha256} ${path}\n`);
  return hash.digest("hex").slice(0, 12);
}
