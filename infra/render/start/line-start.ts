import { readCommand } from "./command.ts";
import { parseCommandLine } from "./command-line.ts";
import type { Command } from "./command-parts.ts";
import { entryFile } from "./entry.ts";
import { expectFiles, expectInstalled } from "./needs.ts";
import { type Origin, placeOfScript, unusable } from "./origin.ts";
import type { Manifest, ReleaseContext } from "./release-context.ts";
import { binFolder, type Start } from "./start.ts";

/** How a command line starts the backend: by itself, or by a file of pm2's that it names. */
export type Line = { start: Start } | { pm2File: string; environment: Record<string, string> };

/**
 * Reads a command line, through the scripts of package.json that it names.
 *
 * @throws where it cannot be honoured
 */
export function readLine(words: string[], origin: Origin, context: ReleaseContext): Line {
  return follow(words, origin, context, { environment: {}, args: [], notes: [], seen: [] });
}

/** What the lines before this one add to it. */
interface Path {
  environment: Record<string, string>;
  args: string[];
  notes: string[];
  seen: string[];
}

function follow(words: string[], origin: Origin, context: ReleaseContext, path: Path): Line {
  const command = readCommand(words, origin);
  const { program, nodeArguments } = command;
  const environment = { ...path.environment, ...command.environment };
  const args = [...command.args, ...path.args];
  if (program.kind === "pm2") return { pm2File: program.file, environment };
  if (program.kind === "script")
    return followScript(program.name, origin, context, { ...path, environment, args });
  const script = scriptOf(command, origin, context);
  expectInstalled(command, origin, context);
  const notes = [...path.notes, ...expectFiles(nodeArguments, "", origin, context)];
  const source = origin.place;
  return { start: { source, nodeArguments, script, args, environment, cwd: "", pm2: {}, notes } };
}

function followScript(name: string, origin: Origin, context: ReleaseContext, path: Path): Line {
  const text = context.manifest.scripts?.[name];
  const seen = [...path.seen, name];
  if (path.seen.includes(name)) throw unusable(origin, `its scripts name each other: ${seen.join(", ")}`);
  if (typeof text !== "string")
    throw unusable(origin, `expected a script of package.json, found ${name}, which is not there`);
  const notes = [...path.notes, ...before(name, context.manifest)];
  const place = placeOfScript(name);
  return follow(parseCommandLine(text, place, context), place, context, { ...path, notes, seen });
}

/**
 * What npm would run before a script. A build was done; something else would silently not be.
 *
 * @throws where it is no build
 */
export function before(name: string, { scripts = {} }: Manifest): string[] {
  const text = scripts[`pre${name}`];
  if (typeof text !== "string" || text.trim() === "") return [];
  const origin = placeOfScript(`pre${name}`);
  const build = /^((npm|pnpm|yarn)( run)? build(:[\w-]+)?|tsc( .*)?)$/;
  if (build.test(text.trim()) || text === scripts.build)
    return [`${origin.place} (${text}) is left to the build`];
  throw unusable(origin, `expected nothing that runs before each start, found ${JSON.stringify(text)}`);
}

function scriptOf({ program }: Command, origin: Origin, { paths, manifest }: ReleaseContext): string {
  if (program.kind === "bin") return binFolder + program.name;
  const candidates = program.kind === "file" ? program.candidates : [];
  const script = entryFile(candidates, paths, typeof manifest.main === "string" ? manifest.main : undefined);
  if (script) return script;
  throw unusable(
    origin,
    `expected a file of the release, found ${candidates.join(" or ")}, which is not in it`,
    "let git track it, or let the build make it (backendBuild)",
  );
}
