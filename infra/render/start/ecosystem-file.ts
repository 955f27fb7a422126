import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { parse } from "yaml";
import { packageRoot } from "../../package-root.ts";
import { fewAtOnce } from "../few-at-once.ts";
import { type Origin, override, unusable } from "./origin.ts";

/** The names under which pm2's users keep how their applications run. */
export const ecosystemFiles = [
  ...["js", "cjs", "mjs", "json", "yml", "yaml"].map((end) => `ecosystem.config.${end}`),
  ...["pm2.config.js", "pm2.config.cjs", "pm2.json", "process.json", "processes.json", "ecosystem.json"],
];

/** An application as a file of pm2's describes it. */
export type Application = Record<string, unknown>;

/** What a program reads while it says how it starts. */
const read = /\.([cm]?[jt]s|json|ya?ml)$/;

/**
 * The applications that a pm2 file of a release names, read where only the release's own files are: what git ignores is
 * not on the host either.
 *
 * @param paths the files of the release
 * @throws where it cannot be read
 */
export async function readEcosystem(
  folder: string,
  file: string,
  paths: ReadonlySet<string>,
): Promise<Application[]> {
  const copy = mkdtempSync(join(tmpdir(), "geo-system-ecosystem-"));
  try {
    const needed = [...paths].filter((path) => read.test(path) && existsSync(join(folder, path)));
    await fewAtOnce(needed, (path) => cp(join(folder, path), join(copy, path), { verbatimSymlinks: true }));
    if (existsSync(join(folder, "node_modules")))
      symlinkSync(join(folder, "node_modules"), join(copy, "node_modules"));
    return evaluate(copy, file);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * The same, of the folder as it is.
 *
 * @throws where it cannot be read
 */
export function evaluate(folder: string, file: string): Application[] {
  const origin: Origin = { key: "backendSource", place: file };
  const data = /\.([cm]?js)$/.test(file) ? run(folder, file, origin) : parsed(folder, file, origin);
  return applications(data);
}

/** The list in it; none where it is about something else, such as pm2's `deploy`. */
export function applications(data: unknown): Application[] {
  const { apps, script } = (data ?? {}) as { apps?: unknown; script?: unknown };
  const list = apps ?? (Array.isArray(data) ? data : script === undefined ? [] : data);
  return [list].flat().filter((one): one is Application => typeof one === "object" && one !== null);
}

function parsed(folder: string, file: string, origin: Origin): unknown {
  const text = readFileSync(join(folder, file), "utf8");
  try {
    return extname(file) === ".json" ? JSON.parse(text) : parse(text);
  } catch (error) {
    throw unusable(origin, `it cannot be read: ${(error as Error).message}`);
  }
}

function run(folder: string, file: string, origin: Origin): unknown {
  const { HOME = "/", PATH = "", TMPDIR = tmpdir() } = process.env;
  const env = { HOME, PATH, TMPDIR, LANG: "C.UTF-8", NODE_ENV: "production" };
  const reader = join(packageRoot, "templates/ecosystem/read.mjs");
  const { output, status, error, stderr } = spawnSync(process.execPath, [reader, join(folder, file)], {
    ...{ cwd: folder, env, encoding: "utf8", timeout: 10_000, killSignal: "SIGKILL" },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  if (status === 0) return JSON.parse(output[3] ?? "null");
  const why = error?.message ?? /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr.trim().split("\n").at(-1);
  throw unusable(
    origin,
    `it cannot be read: ${why}`,
    `what it needs must be in the release (npm ci here for its packages), or ${override()}`,
  );
}
