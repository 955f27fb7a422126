import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type BuildResult, build } from "esbuild";
import { root } from "../toolchain/first/places.mjs";

export type PluginName = "command" | "tls";

const here = join(root, "sandbox/plugins");

/**
 * Puts the project's own plug-in into `folder`: the executable `pulumi-resource-<name>` that the engine looks
 * for, and beside it the whole program in one file, which needs nothing but Node. Throws where a source does
 * not build. Safe to repeat and to run twice at once: each file appears complete or not at all.
 *
 * @example await installPlugin("command", join(home, "plugins/resource-command-v1.2.1"))
 */
export async function installPlugin(name: PluginName, folder: string): Promise<void> {
  const program = outputText(await bundle(name, true));
  await mkdir(folder, { recursive: true });
  await place(join(folder, `${name}.cjs`), program, 0o644);
  await place(join(folder, `pulumi-resource-${name}`), launcher(name, process.execPath), 0o755);
}

/** A hash of all that goes into the plug-in, libraries too: changes exactly when a new one must be installed. */
export async function pluginSourceHash(name: PluginName): Promise<string> {
  const { metafile } = await bundle(name, false);
  const hash = createHash("sha256").update(launcher(name, ""));
  for (const path of Object.keys(metafile?.inputs ?? {}).sort()) {
    hash.update(path).update(await readFile(join(root, path)));
  }
  return hash.digest("hex");
}

function bundle(name: PluginName, minify: boolean): Promise<BuildResult> {
  return build({
    absWorkingDir: root,
    entryPoints: [relative(root, join(here, name, "main.ts"))],
    bundle: true,
    write: false,
    metafile: true,
    minify,
    platform: "node",
    target: "node20",
    format: "cjs",
    // Both only speed up ssh2 if there was a compiler; it requires them in a try block.
    external: ["cpu-features", "*.node"],
    logLevel: "silent",
  });
}

function outputText(result: BuildResult): string {
  const [file] = result.outputFiles ?? [];
  if (!file) throw new Error("The plug-in's bundle is empty: expected one file from esbuild");
  return file.text;
}

// The Node that installs is known to be fit; it may be gone later, then the one on the PATH has to do.
function launcher(name: PluginName, node: string): string {
  return `#!/bin/sh
node='${node.replaceAll("'", "'\\''")}'
[ -x "$node" ] || node=node
exec "$node" "\${0%/*}/${name}.cjs" "$@"
`;
}

async function place(path: string, content: string, mode: number): Promise<void> {
  const complete = `${path}.${randomBytes(4).toString("hex")}`;
  await writeFile(complete, content);
  await chmod(complete, mode);
  await rename(complete, path);
}
