import { distributionOf } from "../build/distribution.ts";
import { installKey, manifestFolders } from "../build/install-key.ts";
import { type Manifest, scriptOf } from "../build/manifest.ts";
import { hostScripts } from "../build/own-scripts.ts";
import type { PackageManager } from "../build/package-manager.ts";
import type { Workspace } from "../build/workspace.ts";
import type { ReleaseFile } from "./release-files.ts";

/** What the host installs for a release. */
export interface Dependencies {
  manager: PackageManager;
  /** Names the installed tree, but for the host's Node: see {@link installKey}. */
  key: string;
  /** The folder of the lock file, relative to the release. */
  lockFolder: string;
  /** The backend's folder, from the release's. */
  member: string;
  /** Every package.json of the repository that an install reads. */
  manifests: string[];
  /** The repository's own scripts that are run after it, `FOLDER SCRIPT`. */
  scripts: string[];
}

/**
 * @param files of the release
 * @throws if the lock file is not among them
 */
export async function dependenciesOf(
  workspace: Workspace,
  manager: PackageManager,
  files: readonly ReleaseFile[],
): Promise<Dependencies> {
  const { lockFolder, member } = workspace;
  const paths = new Set(files.map(({ path }) => path));
  const lockFile = joined(lockFolder, manager.lockFile);
  if (!paths.has(lockFile)) {
    throw new Error(
      `backendSource: expected ${lockFile} among the files that travel; it is ignored by .gitignore or .deployignore: commit it`,
    );
  }
  const manifests = [lockFolder, ...manifestFolders(workspace)].map((folder) =>
    joined(folder, "package.json"),
  );
  const compiled = compiledBy(paths);
  const runtime = workspace.packages.filter((one) => one.runtime);
  return {
    ...{ manager, lockFolder, member },
    key: await installKey(workspace, manager, files),
    manifests: [...new Set(manifests)].filter((path) => paths.has(path)),
    scripts: runtime.flatMap(({ path, manifest }) =>
      [...hostScripts(manifest), ...compiled(path, manifest)].map((script) => `${path || "."} ${script}`),
    ),
  };
}

/** As npm has it: a package with a binding.gyp and no script of its own for that is compiled. */
function compiledBy(paths: ReadonlySet<string>) {
  return (path: string, manifest: Manifest) =>
    paths.has(joined(path, "binding.gyp")) &&
    !scriptOf(manifest, "install") &&
    !scriptOf(manifest, "preinstall")
      ? ["node-gyp"]
      : [];
}

const joined = (folder: string, name: string) => (folder === "" ? name : `${folder}/${name}`);

/** The same as settings of the payload. */
export function dependencySettings({ manager, key, lockFolder, member, manifests, scripts }: Dependencies) {
  const from = distributionOf(manager, "linux-ARCHITECTURE");
  return {
    "package-manager": [manager.name, ...(manager.version ? [manager.version] : [])].join(" "),
    "package-manager-from": from && `${from.package} ${from.program}`,
    "package-manager-sum": from && (manager.hash ?? from.integrity),
    dependencies: key,
    "lock-folder": lockFolder || undefined,
    "lock-file": joined(lockFolder, manager.lockFile),
    member: member || undefined,
    manifest: manifests,
    "own-script": scripts,
  };
}
