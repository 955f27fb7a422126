import { isAbsolute, posix, relative } from "node:path";
import { shellWords } from "./command-line.ts";
import type { Command } from "./command-parts.ts";
import { entryFile } from "./entry.ts";
import { expectFiles, expectInstalled } from "./needs.ts";
import { splitNodeOptions } from "./node-options.ts";
import { type Origin, unusable } from "./origin.ts";
import type { ReleaseContext } from "./release-context.ts";
import { binFolder, type Start } from "./start.ts";

/** How a command line starts the backend; see line-start.ts. */
export type ReadLine = (words: string[], origin: Origin, context: ReleaseContext) => Start;

/** The file with its options and arguments, or a command line in two members: `script: "npm", args: "start"`. */
export function commandOf(
  used: Record<string, unknown>,
  origin: Origin,
  context: ReleaseContext,
  readLine: ReadLine,
): Start {
  const cwd = folderOf(used.cwd, origin, context);
  const name = String(used.script);
  const args = wordsOf(used.args, origin);
  const runner = interpreterOf(used)?.options ?? [];
  const given = [...runner, ...wordsOf(used.node_args ?? used.interpreter_args, origin)];
  const { nodeArguments } = splitNodeOptions(given, origin);
  if (/^[\w-]+$/.test(name) && cwd === "" && !entryFile([name], context.paths, undefined))
    return withOptions(readLine([name, ...args], origin, context), nodeArguments);
  const { script, program } = scriptOf(name, cwd, origin, context);
  expectInstalled({ environment: {}, nodeArguments, program, args }, origin, context);
  const notes = expectFiles(nodeArguments, cwd, origin, context);
  return { source: origin.place, nodeArguments, script, args, environment: {}, cwd, pm2: {}, notes };
}

const withOptions = (start: Start, nodeArguments: string[]): Start => ({
  ...start,
  nodeArguments: [...nodeArguments, ...start.nodeArguments],
});

/** Node, or what Node can do by itself with an option. */
export function interpreterOf({
  interpreter,
  exec_interpreter,
}: Record<string, unknown>): { options: string[] } | undefined {
  const name = String(interpreter ?? exec_interpreter ?? "node").replace(/^.*\//, "");
  const options: Record<string, string[]> = {
    ...{ node: [], tsx: ["--import", "tsx"], "ts-node": ["-r", "ts-node/register"] },
  };
  return Object.hasOwn(options, name) ? { options: options[name] ?? [] } : undefined;
}

/** A text as pm2 takes it apart, or a list. */
function wordsOf(value: unknown, origin: Origin): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map(String);
  return shellWords(String(value), origin, new Set());
}

/** A folder of the repository on this machine is the same one in the release. */
function folderOf(cwd: unknown, origin: Origin, { folder }: ReleaseContext): string {
  if (cwd === undefined) return "";
  const path = posix.normalize(isAbsolute(String(cwd)) ? relative(folder, String(cwd)) || "." : String(cwd));
  if (path.startsWith("..") || isAbsolute(path))
    throw unusable(origin, `cwd: expected a folder of the release, found ${JSON.stringify(cwd)}`);
  return path.replace(/^\.$|\/$/, "");
}

function scriptOf(name: string, cwd: string, origin: Origin, { paths, folder }: ReleaseContext) {
  const path = posix.normalize(isAbsolute(name) ? relative(folder, name) : posix.join(cwd, name));
  const bin = path.startsWith(binFolder) ? path.slice(binFolder.length) : undefined;
  const program: Command["program"] = bin ? { kind: "bin", name: bin } : { kind: "file", candidates: [path] };
  const script = bin ? path : entryFile([path], paths, undefined);
  if (!script || name === "")
    throw unusable(
      origin,
      `script: expected a file of the release, found ${JSON.stringify(name)}, which is not in it`,
    );
  return { script, program };
}
