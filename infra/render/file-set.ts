import { resolve } from "node:path";
import { noBuild } from "../build/build-plan.ts";
import type { Say } from "../build/run-command.ts";
import type { FilesRoute } from "../settings/routes.ts";
import type { Settings } from "../settings/schema.ts";
import { withBuilt } from "./file-set-build.ts";
import { type FileSetFile, fileSetFiles, fileSetName } from "./file-set-files.ts";
import { payload } from "./payload.ts";
import { uploadFolder } from "./release.ts";
import { archive } from "./release-archive.ts";

/** One version of the files of a route, ready to travel. */
export interface FileSet {
  route: FilesRoute;
  /** Names the release: 12 digits made from its files and the path by which they are served. */
  hash: string;
  /** A tar file on this machine. */
  archivePath: string;
  files: FileSetFile[];
}

const packed = new Map<string, Promise<FileSet>>();

/** Reads and packs the files once a run: its check, its plan and its upload are of one release. */
export function packFileSetOnce(
  route: FilesRoute,
  { npmRegistry }: Pick<Settings, "npmRegistry">,
  say: Say = () => {},
): Promise<FileSet> {
  const key = JSON.stringify([route, npmRegistry, process.cwd()]);
  const now = packed.get(key) ?? packFileSet(route, npmRegistry, say);
  packed.set(key, now);
  now.catch(() => packed.delete(key)); // A folder that was mended is read again.
  return now;
}

/** @throws if the folder cannot be served, with what to do about it */
export function packFileSet(route: FilesRoute, npmRegistry?: string, say: Say = () => {}): Promise<FileSet> {
  const absolute = { ...route, files: resolve(route.files) };
  if (route.build === undefined || route.build === noBuild) return packFrom(absolute.files, absolute);
  return withBuilt(absolute, npmRegistry, say, (folder) => packFrom(folder, absolute));
}

async function packFrom(folder: string, route: FilesRoute): Promise<FileSet> {
  const files = await fileSetFiles(folder, route, route.files);
  const hash = fileSetName(route.path, files);
  const sums = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const plain = files.map(({ path, sha256 }) => ({ path, sha256, kind: "file" as const }));
  const archivePath = await archive(folder, plain, `files-${hash}`, (path) => ownTime(sums.get(path) ?? "0"));
  return { route, hash, archivePath, files };
}

/**
 * nginx makes a file's ETag from its time and size. With one time for all, a file that changed and kept its size would be
 * the same to a browser; so its content gives the time, between 1970 and 2004.
 */
const ownTime = (sha256: string) => new Date((Number.parseInt(sha256.slice(0, 8), 16) >>> 2) * 1000);

/** Where the archive is put on the host, from the home of the user who logs in. */
export const fileSetUpload = ({ route, hash }: Pick<FileSet, "route" | "hash">) =>
  `${uploadFolder}/${route.name}-${hash}.files`;

/** The payload of a step `file-set-NAME`. */
export function fileSetPayload(set: FileSet, { keepReleases }: Pick<Settings, "keepReleases">): string {
  const lines = (assets: boolean) =>
    set.files
      .filter(({ asset }) => asset === assets)
      .map(({ path, sha256 }) => `${sha256.slice(0, 16)} ${path}`);
  return payload({
    path: set.route.path,
    release: set.hash,
    archive: fileSetUpload(set),
    keep: keepReleases,
    file: lines(false),
    asset: lines(true),
  });
}
