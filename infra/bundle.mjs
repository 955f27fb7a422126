// A program and its libraries in one file, which loads twice as fast as many. The file is named by the sources' content:
// it is never stale, costs nothing when nothing changed, and two runs never see half of it.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const builds = join(root, ".build");

// What libraries of the older module system expect to find.
const commonJs = `import { createRequire as makeRequire } from "node:module";
const require = makeRequire(import.meta.url), __dirname = import.meta.dirname;`;

// How esbuild makes a program of ours.
export const forNode = {
  absWorkingDir: root,
  bundle: true,
  // Pulumi's own packages must be the ones that run the program; what ssh2 compiles on some machines and what
  // esbuild starts is no JavaScript; and what set-up begins with finds the checkout by its own place.
  external: ["@pulumi/*", "cpu-features", "esbuild", "*.node", join(root, "sandbox/toolchain/first/*")],
  banner: { js: commonJs },
  platform: "node",
  target: "node20",
  format: "esm",
};

const require = createRequire(import.meta.url);

// Loads `entry`, in the checkout, with all it imports from `folders` and from libraries.
export async function load(wanted) {
  const program = await bundled(wanted);
  const { keepCompiled } = require("./start/compiled.cjs");
  const file = program.replace(/cjs$/, "compiled");
  keepCompiled({ file, accepts: (path) => path === program, noImports: true });
  return require(program);
}

// The older module system: of its modules what was compiled can be kept.
const forLoading = {
  ...forNode,
  format: "cjs",
  banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
  define: { "import.meta.url": "importMetaUrl" },
  supported: { "dynamic-import": false },
};

// The path of the program in one file.
export async function bundled({ name, entry, folders }) {
  const program = join(builds, `${name}-${digest(folders)}.cjs`);
  if (!existsSync(program)) {
    mkdirSync(builds, { recursive: true });
    writeFileSync(`${program}.${process.pid}`, await build(entry));
    renameSync(`${program}.${process.pid}`, program);
    removeOld(name, program);
  }
  return program;
}

/** Not at once: another run may be about to load one of them. */
function removeOld(name, program) {
  const dayAgo = Date.now() - 24 * 60 * 60 * 1000;
  const others = readdirSync(builds).filter((file) => file.startsWith(`${name}-`));
  for (const path of others.map((file) => join(builds, file))) {
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (path !== program && written < dayAgo) rmSync(path, { force: true });
  }
}

function digest(folders) {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  for (const path of folders.flatMap(sources)) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest("hex").slice(0, 16);
}

function sources(folder) {
  const paths = readdirSync(join(root, folder), { recursive: true });
  const wanted = paths.filter((path) => /\.(ts|mjs|cjs)$/.test(path));
  return wanted.sort().map((path) => join(folder, path));
}

async function build(entry) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({ ...forLoading, entryPoints: [entry], outdir: builds, write: false });
  return outputFiles[0].contents;
}
