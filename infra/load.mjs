// What Pulumi runs: the program and its libraries in one file, which loads twice as fast as many. The file is named by
// the sources' content: it is never stale, costs nothing when nothing changed, and two runs never see half of it.
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
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// Pulumi maps the frames of a stack to `node_modules/@pulumi/resource.ts` and the like, and util.inspect of Node 20
// needs half a minute and a gigabyte for such a line: every error would cost that. Without the mapping it takes none.
Error.prepareStackTrace = undefined;

// Where the CLI was killed nobody reads what this program says, and Pulumi's SDK reports that as an error, for ever: it
// would fill the processor and the memory of the operator's machine. Nothing is left to be done then.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));

const root = fileURLToPath(new URL("..", import.meta.url));
const builds = join(root, ".build");
const program = join(builds, `program-${digestOfSources()}.mjs`);

// What libraries of the older module system expect to find.
const commonJs = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url), __dirname = import.meta.dirname;`;

if (!existsSync(program)) {
  mkdirSync(builds, { recursive: true });
  writeFileSync(`${program}.${process.pid}`, await bundle());
  renameSync(`${program}.${process.pid}`, program);
  removeOld();
}

export default (await import(pathToFileURL(program).href)).default;

/** Not at once: another run may be about to load one of them. */
function removeOld() {
  const dayAgo = Date.now() - 24 * 60 * 60 * 1000;
  const others = readdirSync(builds).filter((file) => file.startsWith("program-"));
  for (const path of others.map((file) => join(builds, file))) {
    const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (path !== program && written < dayAgo) rmSync(path, { force: true });
  }
}

function digestOfSources() {
  const infra = join(root, "infra");
  const sources = readdirSync(infra, { recursive: true }).filter((path) => /\.(ts|mjs)$/.test(path));
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  for (const path of sources.sort()) hash.update(path).update(readFileSync(join(infra, path)));
  return hash.digest("hex").slice(0, 16);
}

async function bundle() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["infra/index.ts"],
    bundle: true,
    // Pulumi's own packages must be the ones that run the program; what ssh2 compiles on some machines and what
    // esbuild starts is no JavaScript.
    external: ["@pulumi/*", "cpu-features", "esbuild", "*.node"],
    banner: { js: commonJs },
    platform: "node",
    target: "node20",
    format: "esm",
    outdir: builds,
    write: false,
  });
  return outputFiles[0].contents;
}
