// What Pulumi runs: bundles the program from its TypeScript sources (some 50 ms, so it is never stale) and runs it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["infra/index.ts"],
  bundle: true,
  packages: "external",
  platform: "node",
  target: "node20",
  format: "esm",
  sourcemap: "inline",
  outdir: ".build",
  write: false,
});

export default (await import(pathToFileURL(stored(outputFiles[0].contents)).href)).default;

/** The bundle's file, named by its content: two runs at once never see half of one. */
function stored(contents) {
  const digest = createHash("sha256").update(contents).digest("hex").slice(0, 16);
  const file = join(root, ".build", `program-${digest}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(join(root, ".build"), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, contents);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}
