import { createHash } from "node:crypto";
import { join } from "node:path";
import { belongs } from "../build/belongs.ts";
import { type BuildInput, type Built, buildName, built } from "../build/build.ts";
import { type BuildStep, buildSteps } from "../build/build-plan.ts";
import { checkLockFile } from "../build/lock-file.ts";
import { type PackageManager, readPackageManager } from "../build/package-manager.ts";
import type { Say } from "../build/run-command.ts";
import { readWorkspace, type Workspace } from "../build/workspace.ts";
import type { Settings } from "../settings/schema.ts";
import { applicationOf, type BackendStep } from "../step-names.ts";
import { type Dependencies, dependenciesOf } from "./dependencies.ts";
import { archive } from "./release-archive.ts";
import { describeFiles, type ReleaseFile, releaseFiles } from "./release-files.ts";
import { type ReleasePackage, readPackage } from "./release-package.ts";
import { namedByDeployIgnore, type SourceOptions, sourceFiles } from "./source-files.ts";
import type { StartParameters } from "./start/release-context.ts";

/** One version of the backend's files, ready to travel. */
export interface Release extends ReleasePackage {
  /**
   * Names the release: 12 digits made from its files' paths, contents and kinds, and from nothing else; where it is
   * built, from what it is built from.
   */
  hash: string;
  /** A tar file on this machine. */
  archivePath: string;
  /** Its files, but for those that the build wrote. */
  manifest: { path: string; sha256: string }[];
  /** What an operator should know of it, one sentence each. */
  notes: string[];
  /** The commands that built it, as an operator would type them. */
  build: string[];
  dependencies: Dependencies;
}

/** What of the settings says which files a release has. */
export type FileParameters = Pick<Settings, "backendSource"> &
  Partial<Pick<Settings, "backendInclude" | "backendBuild" | "npmRegistry">>;

/** What of the settings says what a release is made of. */
export type ReleaseParameters = FileParameters & StartParameters;

/** In the home of the user who logs in; only that user can read it. */
export const uploadFolder = ".geo-system";

/** Where the archive is put on the host, from the home of the user who logs in. */
export function uploadPath(hash: string, step: BackendStep = "backend"): string {
  const application = applicationOf(step);
  return `${uploadFolder}/${application === undefined ? `${hash}.tar` : `${application}-${hash}.release`}`;
}

/**
 * Makes a release of the backend in `backendSource`: in a git checkout what git tracks or would track, less what
 * .deployignore names, see {@link releaseFiles}; with what it needs of its workspace, and with what its build writes.
 *
 * @param say takes the progress of a build, a line at a time
 * @throws if the folder cannot become a release, with what to do about it
 * @example const { hash, archivePath } = await packRelease({ backendSource: "../backend" });
 */
export async function packRelease(parameters: ReleaseParameters, say: Say = () => {}): Promise<Release> {
  return describeRelease(await packFiles(parameters, say), parameters);
}

/** The files of a release and their archive; how it starts is read from them. */
export interface PackedFiles {
  workspace: Workspace;
  paths: string[];
  /** What does not depend on how it starts. */
  files: Omit<Release, keyof ReleasePackage>;
}

/** The part of {@link packRelease} that takes time. */
export async function packFiles(parameters: FileParameters, say: Say): Promise<PackedFiles> {
  const source = await readSource(parameters);
  const { workspace, manager, files, notes, steps } = source;
  const { hash, archivePath, paths } = await (steps.length > 0
    ? pack(source, parameters, say)
    : packAsIs(source));
  return {
    workspace,
    paths,
    files: {
      ...{ hash, archivePath, notes },
      manifest: files.map(({ path, sha256 }) => ({ path, sha256 })),
      build: steps.map(({ label }) => label),
      dependencies: await dependenciesOf(workspace, manager, files),
    },
  };
}

/** The part of {@link packRelease} that reads how the backend starts. */
export async function describeRelease(
  { workspace, paths, files }: PackedFiles,
  parameters: StartParameters,
): Promise<Release> {
  return { ...(await describe(workspace, paths, parameters)), ...files };
}

interface Source {
  workspace: Workspace;
  manager: PackageManager;
  /** Those that travel as they are. */
  files: ReleaseFile[];
  notes: string[];
  steps: BuildStep[];
  options: SourceOptions;
}

async function readSource({ backendSource, backendInclude, backendBuild }: FileParameters): Promise<Source> {
  const workspace = await readWorkspace(backendSource);
  const manager = await readPackageManager(join(workspace.root, workspace.lockFolder));
  await checkLockFile(workspace, manager);
  const options = { include: backendInclude ?? [], includeFrom: workspace.member || "." };
  const { files, notes } = await releaseFiles(workspace.root, {
    ...options,
    belongs: belongs(workspace, manager, false),
  });
  return { workspace, manager, files, notes, steps: buildSteps(workspace, manager, backendBuild), options };
}

type Packed = Built & Pick<Release, "hash">;

async function packAsIs({ workspace, files }: Source): Promise<Packed> {
  const hash = nameOf(files);
  const archivePath = await archive(workspace.root, files, hash);
  return { hash, archivePath, paths: files.map(({ path }) => path) };
}

async function pack(source: Source, { npmRegistry }: FileParameters, say: Say): Promise<Packed> {
  const { workspace, manager, files, steps, options } = source;
  const { root } = workspace;
  const all = { ...options, belongs: belongs(workspace, manager, true), deployIgnored: true };
  const { paths } = await sourceFiles(root, all);
  const input: BuildInput = {
    ...{ workspace, manager, steps, options },
    files: await describeFiles(root, paths, true),
    travels: new Set(files.map(({ path }) => path)),
    ignored: namedByDeployIgnore(root),
    ...(npmRegistry && { registry: npmRegistry }),
  };
  return { hash: buildName(input), ...(await built(input, say)) };
}

/** How the backend starts, read from its own folder. */
function describe(
  { root, member }: Workspace,
  paths: string[],
  parameters: StartParameters,
): Promise<ReleasePackage> {
  const start = member === "" ? "" : `${member}/`;
  const own = paths.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
  return readPackage(join(root, member), new Set(own), parameters);
}

function nameOf(files: ReleaseFile[]): string {
  const hash = createHash("sha256");
  for (const { kind, sha256, path } of files) hash.update(`${kind} ${sha256} ${path}\n`);
  return hash.digest("hex").slice(0, 12);
}
