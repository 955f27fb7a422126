import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { packageRoot } from "../package-root.ts";

const cache = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "geo-system", "programs");

/**
 * The program with which a release is proven on the host, as text: infra/handshake in one file, so that the proof on
 * the host and the one from outside are the same. Bundled once for each state of its sources, which takes 0.2 s.
 */
export async function handshakeProgram(): Promise<string> {
  const entry = ["infra/handshake/on-host.ts", "dist/handshake/on-host.js"]
    .map((path) => join(packageRoot, path))
    .find((path) => existsSync(path));
  if (!entry) throw new Error("geo-system: its handshake is missing; install the package again");
  const path = join(cache(), `handshake-${digest(dirname(entry))}.cjs`);
  if (existsSync(path)) return readFileSync(path, "utf8");
  const text = await bundle(entry);
  await mkdir(cache(), { recursive: true, mode: 0o700 });
  // Two hosts of one program may come here at once.
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
  return text;
}

function digest(folder: string): string {
  // The versions of the libraries that are bundled with it are in the manifest.
  const hash = createHash("sha256").update(readFileSync(join(packageRoot, "package.json")));
  for (const name of sources(folder)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}

const sources = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

async function bundle(entry: string): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    // pm2's lock file brings it to the host.
    external: ["ws"],
    platform: "node",
    target: "node20",
    format: "cjs",
    // The same text wherever this package is installed: a path in a comment would show as a change between two machines.
    absWorkingDir: packageRoot,
    write: false,
  });
  return new TextDecoder().decode(outputFiles[0]?.contents);
}
