import { createHash, randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { extract } from "tar";
import { madeCacheFolder, used } from "../cache-folder.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import type { PackageManager } from "./package-manager.ts";

/** A package manager on this machine. */
export interface LocalManager {
  /** The words that start it. */
  command: [string, ...string[]];
  /** A folder in which it has its usual name, for scripts that call it. */
  programs: string[];
}

/**
 * Makes a package manager available on this machine: fetched once from the npm registry, verified, and kept.
 *
 * @param registry default: what npm's own configuration says
 * @throws if it cannot be fetched, or is not what its checksum says
 */
export async function localManager(manager: PackageManager, registry?: string): Promise<LocalManager> {
  const wanted = distributionOf(manager, `${process.platform}-${process.arch}`);
  if (!wanted) return { command: ["npm"], programs: [] };
  const name = `${manager.name}-${wanted.version}${manager.hash ? `-${manager.hash.slice(-12)}` : ""}`;
  const folder = join(await madeCacheFolder("package-managers"), name);
  if (!(await used(folder))) await fetch(manager, wanted, folder, registry);
  const program = join(folder, "package", wanted.program);
  return {
    command: wanted.native ? [program] : [process.execPath, program],
    programs: [join(folder, "bin")],
  };
}

async function fetch(
  manager: PackageManager,
  wanted: Distribution,
  folder: string,
  registry: string | undefined,
): Promise<void> {
  const unfinished = `${folder}.${randomUUID()}`;
  await mkdir(join(unfinished, "package"), { recursive: true });
  try {
    await download(manager, wanted, unfinished, registry);
    await shim(manager, wanted, folder, join(unfinished, "bin"));
    await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error; // else another program was quicker
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function download(
  manager: PackageManager,
  { package: name, version, program, integrity, native }: Distribution,
  folder: string,
  registry: string | undefined,
): Promise<void> {
  const where = registry ? ["--registry", registry] : [];
  const { stdout } = await execa("npm", ["pack", `${name}@${version}`, "--json", ...where], {
    cwd: folder,
  }).catch((error: { stderr?: string; message: string }) => {
    throw new Error(
      `backendSource: ${name}@${version} cannot be fetched by npm: ${firstLines(error.stderr || error.message)}; ` +
        "can this machine reach its npm registry? a mirror: npmRegistry",
    );
  });
  const [packed] = JSON.parse(stdout) as { filename: string; integrity: string }[];
  if (!packed) throw new Error(`backendSource: npm packed nothing for ${name}@${version}`);
  if (integrity && packed.integrity !== integrity)
    throw replaced(`${name}@${version}`, integrity, packed.integrity);
  const archive = join(folder, packed.filename);
  await extract({ file: archive, cwd: join(folder, "package"), strip: 1 });
  if (manager.hash && !native) await expectHash(manager, [archive, join(folder, "package", program)]);
  if (native) await chmod(join(folder, "package", program), 0o755);
  await rm(archive);
}

/** Corepack states the sum of the archive, and for Yarn 2 and later that of its one program. */
async function expectHash({ name, version, hash = "" }: PackageManager, files: string[]): Promise<void> {
  const [algorithm = "", expected = ""] = hash.split(".");
  const found = await Promise.all(
    files.map(async (file) =>
      createHash(algorithm)
        .update(await readFile(file))
        .digest("hex"),
    ),
  );
  if (!found.includes(expected)) throw replaced(`${name}@${version}`, hash, `${algorithm}.${found[0]}`);
}

function replaced(what: string, expected: string, found: string): Error {
  return new Error(
    `backendSource: ${what}: expected ${expected}, found ${found}; the download is damaged or was replaced: try again, ` +
      'or ask whoever runs the mirror; a hash of your own stands in "packageManager"',
  );
}

async function shim(
  { name }: PackageManager,
  { program, native }: Distribution,
  home: string,
  folder: string,
) {
  const start = [...(native ? [] : [process.execPath]), join(home, "package", program)];
  await mkdir(folder);
  const text = `#!/bin/sh\nexec ${start.map(quoted).join(" ")} "$@"\n`;
  await writeFile(join(folder, name), text, { mode: 0o755 });
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

const firstLines = (text: string) => text.trim().split("\n").slice(0, 3).join(" ");
