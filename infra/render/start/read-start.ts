import { parseCommandLine } from "./command-line.ts";
import { readApplications } from "./ecosystem-application.ts";
import type { ReadLine } from "./ecosystem-command.ts";
import { ecosystemFiles } from "./ecosystem-file.ts";
import { applicationStart } from "./ecosystem-start.ts";
import { entryFile } from "./entry.ts";
import { before, readLine } from "./line-start.ts";
import { type Origin, placeOfFile, placeOfScript, unusable } from "./origin.ts";
import type { ReleaseContext } from "./release-context.ts";
import { settled } from "./settled.ts";
import type { Start } from "./start.ts";

/**
 * How a backend starts: as `backendStart` says, else its own pm2 file, else `scripts.start` of package.json, else `main`.
 *
 * @throws where that cannot be honoured, by name, with what to do
 */
export async function readStart(context: ReleaseContext): Promise<Start> {
  return settled(await written(context), context.parameters);
}

async function written(context: ReleaseContext): Promise<Start> {
  const { paths, parameters } = context;
  const file = ecosystemFiles.find((name) => paths.has(name));
  if (parameters.backendStart !== undefined) {
    const start = await lineStart(
      parameters.backendStart,
      { key: "backendStart", place: "backendStart" },
      context,
    );
    return file && start.source !== file
      ? withNotes(start, `${file} is not read, since backendStart is set`)
      : start;
  }
  const own = file && (await fileStart(file, context));
  if (own) return own;
  const start = await packageStart(context);
  return file && start.source !== file
    ? withNotes(start, `${file} has no application in "apps"; what counts is ${start.source}`)
    : start;
}

async function packageStart(context: ReleaseContext): Promise<Start> {
  const { manifest } = context;
  const script: unknown = manifest.scripts?.start;
  if (typeof script !== "string") return mainStart(context);
  return withNotes(await lineStart(script, placeOfScript("start"), context), ...before("start", manifest));
}

const withNotes = (start: Start, ...notes: string[]) => ({ ...start, notes: [...notes, ...start.notes] });

async function lineStart(text: string, origin: Origin, context: ReleaseContext): Promise<Start> {
  const line = readLine(parseCommandLine(text, origin, context), origin, context);
  if ("start" in line) return line.start;
  const { pm2File, environment } = line;
  const start = await fileStart(pm2File.replace(/^\.\//, ""), context);
  if (!start) throw unusable(placeOfFile(pm2File), "expected an application, found none");
  return { ...start, environment: { ...start.environment, ...environment } };
}

async function fileStart(file: string, context: ReleaseContext): Promise<Start | undefined> {
  const found = await readApplications(file, context);
  if (!found) return undefined;
  const start = applicationStart(found.own, placeOfFile(file), context, innerLine);
  const { others } = found;
  if (others.length === 0) return start;
  return withNotes(
    start,
    `${file}: not started: ${others.join(", ")}; this package runs one application, the one that serves WebSockets`,
  );
}

/** A command line within a pm2 file cannot name another such file. */
const innerLine: ReadLine = (words, origin, context) => {
  const line = readLine(words, origin, context);
  if ("start" in line) return line.start;
  throw unusable(origin, `expected a program, found another file of pm2's: ${line.pm2File}`);
};

/** npm itself starts `server.js` where there is no script. */
function mainStart({ folder, manifest: { main }, paths }: ReleaseContext): Start {
  const named = typeof main === "string" ? main : undefined;
  const script = entryFile(named === undefined ? ["server.js", "index.js"] : ["."], paths, named);
  const found = named ? `${JSON.stringify(named)}, which is not in the release` : "neither";
  if (!script)
    throw unusable(
      placeOfFile("package.json"),
      `expected "scripts": { "start": "node FILE" } or "main" in ${folder}, found ${found}`,
    );
  const source = named ? "package.json, main" : "the usual name";
  return { source, nodeArguments: [], script, args: [], environment: {}, cwd: "", pm2: {}, notes: [] };
}
