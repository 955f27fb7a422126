import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/**
 * A pinned program of PyPI in a folder of its own, installed once; that is no part of any measured time.
 *
 * @returns the path of its command
 */
export async function pythonCommand(name: string, version: string, command: string): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(cache, "geo-system", `${name}-${version}`);
  const path = join(folder, "bin", command);
  if (existsSync(path)) return path;
  await execa("python3", ["-m", "venv", folder]);
  await execa(join(folder, "bin/pip"), ["install", "--quiet", `${name}==${version}`]);
  return path;
}
