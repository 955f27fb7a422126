import { mkdir, realpath, rename, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pulumiHome } from "../first/places.mjs";
import { draftFolder } from "../folder.ts";
import { allOnPath, isExecutable, onPath } from "../on-path.ts";
import { adequateVersion, isLanguageHost, type Pair } from "./check.ts";

/**
 * Uses a CLI that is on the machine already, as it is: `npx pulumi` looks in one folder only, so links there
 * lead to it. Returns how it did, or undefined where no adequate one is found.
 */
export async function useInstalled(place: Pair): Promise<string | undefined> {
  for (const cli of await candidates(place)) {
    const version = await adequateVersion(cli);
    const languageHost = version && (await languageHostOf(cli));
    if (!languageHost) continue;
    await link(languageHost, place.languageHost);
    await link(cli, place.cli);
    return `version ${version} of this machine, ${cli}`;
  }
  return undefined;
}

async function candidates(place: Pair): Promise<string[]> {
  const files = [...allOnPath("pulumi"), join(pulumiHome(), "bin", "pulumi")].filter(isExecutable);
  const real = await Promise.all(files.map(async (file) => ({ file, target: await realpath(file) })));
  // The npm package of the same name only starts a CLI (or downloads one); the place itself is what we fill.
  return real
    .filter(({ file, target }) => !target.includes("/node_modules/") && file !== place.cli)
    .map(({ file }) => file);
}

/** Beside the CLI, beside the file that a link to it means, or anywhere on PATH. */
async function languageHostOf(cli: string): Promise<string | undefined> {
  const name = "pulumi-language-nodejs";
  const beside = [cli, await realpath(cli)].map((file) => join(dirname(file), name));
  for (const file of [...beside, onPath(name)]) if (file && (await isLanguageHost(file))) return file;
  return undefined;
}

async function link(target: string, path: string): Promise<void> {
  const draft = join(await draftFolder(), basename(path));
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, draft);
  await rename(draft, path);
}
