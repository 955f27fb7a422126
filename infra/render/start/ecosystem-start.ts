import { isAbsolute, posix, relative } from "node:path";
import type { Command } from "./command-parts.ts";
import { type Application, readEcosystem } from "./ecosystem-file.ts";
import { isUndefined, type SortedKeys, sortKeys } from "./ecosystem-keys.ts";
import { entryFile } from "./entry.ts";
import { expectFiles, expectInstalled } from "./needs.ts";
import { splitNodeOptions } from "./node-options.ts";
import { type Origin, override, placeOfFile, unusable } from "./origin.ts";
import { isSet, type ReleaseContext } from "./release-context.ts";
import { binFolder, type Start } from "./start.ts";
import { shellWords } from "./words.ts";

/** How a command line starts the backend; see line-start.ts. */
export type ReadLine = (words: string[], origin: Origin, context: ReleaseContext) => Start;

/**
 * The application that a file of pm2's describes; nothing where the file is about something else.
 *
 * @throws where it cannot be read, or names several applications and none is ours
 */
export async function ownApplication(
  file: string,
  context: ReleaseContext,
): Promise<Application | undefined> {
  const origin = placeOfFile(file);
  if (!context.paths.has(file)) throw unusable(origin, "expected a file of the release, and it is not in it");
  const found = await readEcosystem(context.folder, file, context.paths);
  return found.length === 0 ? undefined : chosen(found, origin, context.parameters.backendName);
}

/**
 * The one of our name, or the only one.
 *
 * @throws where there are several, and none has that name
 */
export function chosen(found: Application[], origin: Origin, name: string | undefined): Application {
  const named = found.find((one) => one.name === name) ?? (found.length === 1 ? found[0] : undefined);
  if (named) return named;
  throw unusable(
    origin,
    `expected one application, or one that is called ${name}, as backendName says; found ${found.map((one) => one.name).join(", ")}`,
    `set backendName to the one that serves WebSockets, or ${override()}`,
  );
}

/**
 * How an application of pm2's starts.
 *
 * @throws naming every member that cannot be honoured
 */
export function applicationStart(
  application: Application,
  origin: Origin,
  context: ReleaseContext,
  readLine: ReadLine,
): Start {
  const sorted = sortKeys(application);
  const { used } = sorted;
  const instances = instancesOf(used.instances);
  const refused = [...sorted.refused, ...refusedValues(used, instances, context)];
  if (refused.length > 0)
    throw unusable(origin, `these members cannot be honoured:\n    ${refused.join("\n    ")}\n `);
  const start = commandOf(used, origin, context, readLine);
  const { environment, notes } = environmentOf(used, context);
  return {
    ...{ ...start, source: origin.place, pm2: sorted.passed },
    environment: { ...environment, ...start.environment },
    ...(typeof instances === "number" && { instances }),
    notes: [...said(sorted, origin), ...notes, ...start.notes],
  };
}

/** The file with its options and arguments, or a command line in two members: `script: "npm", args: "start"`. */
function commandOf(
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
function interpreterOf({
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

/** pm2's `max`, 0 and -1 depend on the host's processors. */
export function instancesOf(value: unknown): number | "max" | undefined {
  if (value === undefined || value === null) return undefined;
  const count = Number(value);
  return Number.isInteger(count) && count > 0 ? count : "max";
}

function refusedValues(
  used: Record<string, unknown>,
  instances: ReturnType<typeof instancesOf>,
  { parameters }: ReleaseContext,
): string[] {
  const show = JSON.stringify;
  const several = instances !== undefined && instances !== 1;
  const ours = parameters.backendInstances === undefined;
  return [
    ...(used.script ? [] : ["script: nothing: expected a file"]),
    ...(interpreterOf(used)
      ? []
      : [`interpreter: ${show(used.interpreter ?? used.exec_interpreter)}: Node runs the backend`]),
    ...(instances === "max" && ours
      ? [`instances: ${show(used.instances)}: set backendInstances to a number`]
      : []),
    ...(several && ours && /^fork/.test(String(used.exec_mode ?? ""))
      ? [
          `exec_mode: ${show(used.exec_mode)} with instances: ${show(used.instances)}: only in cluster mode several processes share a port; set backendInstances`,
        ]
      : []),
  ];
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

/** `env` with `env_production` over it, as `pm2 start --env production` has it. */
function environmentOf({ env, env_production }: Record<string, unknown>, { parameters }: ReleaseContext) {
  const all = Object.entries({ ...(env as object), ...(env_production as object) });
  const lost = all.filter(([name, value]) => isUndefined(value) && !isSet(name, parameters));
  const environment = Object.fromEntries(
    all.filter(([, value]) => !isUndefined(value)).map(([name, value]) => [name, text(value)]),
  );
  const notes = lost.map(
    ([name]) =>
      `env.${name} has no value when the file is read; set it by backendEnvironment or backendSecretEnvironment`,
  );
  return { environment, notes };
}

const text = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));

function said({ accepted }: SortedKeys, { place }: Origin): string[] {
  const names = accepted.filter((name) => name !== "name");
  return names.length === 0
    ? []
    : [`${place}: ${names.join(", ")}: not used; logs, restarts and names are this package's`];
}
