import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What package.json says of how a release runs. */
export interface ReleasePackage {
  /** The file that Node starts, from the release's folder. */
  script: string;
  /** Options of Node before it. */
  nodeArguments: string[];
  /** The versions of Node that it runs on, as a range. */
  engines?: string;
}

interface Manifest {
  main?: unknown;
  scripts?: Record<string, unknown>;
  engines?: Record<string, unknown>;
}

/**
 * Reads how the backend in `folder` starts: by `scripts.start`, when that is `node FILE`, else by `main`.
 *
 * @param paths the files of the release
 * @throws if package.json is missing, or the file to start is not among `paths`
 */
export async function readPackage(folder: string, paths: ReadonlySet<string>): Promise<ReleasePackage> {
  if (!paths.has("package.json")) throw lacking(folder);
  const manifest = parse(folder, await readFile(join(folder, "package.json"), "utf8"));
  const { script, nodeArguments } = entry(folder, manifest, paths);
  const engines = manifest.engines?.node;
  return {
    script,
    nodeArguments,
    ...(typeof engines === "string" && { engines }),
  };
}

function lacking(folder: string): Error {
  return new Error(
    `backendSource: expected a package.json in ${folder} that travels, found none; next: npm init`,
  );
}

function parse(folder: string, text: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw new Error(
      `backendSource: expected JSON in ${join(folder, "package.json")}: ${(error as Error).message}`,
    );
  }
}

const startsNode = /^node((?:\s+--?[\w./:=-]+)*)\s+([^\s-][^\s]*)$/;

function entry(folder: string, { main, scripts }: Manifest, paths: ReadonlySet<string>) {
  const start = startsNode.exec(String(scripts?.start ?? "").trim());
  const named = start?.[2] ?? (typeof main === "string" ? main : undefined);
  const script =
    named && [named, `${named}.js`, `${named}/index.js`].map(plain).find((path) => paths.has(path));
  if (script) return { script, nodeArguments: start?.[1]?.split(/\s+/).filter(Boolean) ?? [] };
  const found = named ? `${JSON.stringify(named)}, which is not in the folder` : "neither";
  throw new Error(
    `backendSource: expected "scripts": { "start": "node FILE" } or "main" in ${join(folder, "package.json")}, found ${found}`,
  );
}

const plain = (path: string) => path.replace(/^\.\//, "").replaceAll("//", "/");
