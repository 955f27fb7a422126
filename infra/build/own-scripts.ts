import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, parseManifest, scriptOf } from "./manifest.ts";

/** What a package manager runs of a package's own scripts when its developer installs, in this order. */
const installEvents = ["preinstall", "install", "postinstall", "prepare"];

/** Of the package's own scripts those that make something; a `prepare` that is the build itself comes later anyway. */
export function installScripts(manifest: Manifest): string[] {
  return installEvents.filter((event) => {
    const script = scriptOf(manifest, event);
    if (event !== "prepare") return script !== undefined;
    return (
      script !== undefined &&
      script !== scriptOf(manifest, "build") &&
      !/^(npm run|pnpm( run)?|yarn( run)?) build$/.test(script)
    );
  });
}

/** Those that a host runs: `prepare` is for those who develop the package. */
export const hostScripts = (manifest: Manifest): string[] =>
  installEvents.filter((event) => event !== "prepare" && scriptOf(manifest, event));

/**
 * Hides the scripts of these packages while `install` runs: those of their dependencies are to be run by the package
 * manager, their own ones one by one after it.
 *
 * @param folders absolute
 */
export async function withoutOwnScripts<T>(folders: string[], install: () => Promise<T>): Promise<T> {
  const before = await Promise.all(
    folders.map(async (folder) => {
      const path = join(folder, "package.json");
      const text = await readFile(path, "utf8");
      const { scripts: _, ...rest } = parseManifest(text);
      await writeFile(path, JSON.stringify(rest, null, 2));
      return { path, text };
    }),
  );
  const result = await install();
  for (const { path, text } of before) await writeFile(path, text);
  return result;
}

/** Tools that put hooks into a git repository. A clean copy is none, and they fail there. */
const hookTools = ["husky", "lefthook", "simple-git-hooks"];

/** @param folders absolute; those that have programs of their own */
export async function withoutGitHooks(folders: string[]): Promise<void> {
  for (const programs of folders.map((folder) => join(folder, "node_modules", ".bin"))) {
    if (!existsSync(programs)) continue;
    for (const tool of hookTools.map((name) => join(programs, name))) {
      await rm(tool, { force: true }); // a link to the tool itself, which must stay as it is
      await writeFile(tool, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    }
  }
}
