import type { Command, Parts, Reader } from "./command-parts.ts";
import { manager, packageProgram } from "./managers.ts";
import { node } from "./node-command.ts";
import { type Origin, override, unusable } from "./origin.ts";
import { pm2Start } from "./pm2-command.ts";
import { nest, tsNode, tsx } from "./runners.ts";

/**
 * Takes the words of a command line apart.
 *
 * @throws where it is no program for Node, or none that serves
 */
export function readCommand(words: readonly string[], origin: Origin): Command {
  const { environment, rest } = assignments(words);
  const [first, ...more] = rest;
  if (first === undefined) throw unusable(origin, "expected a command, found none");
  const name = first.replace(/^(\.\/)?node_modules\/\.bin\//, "");
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (read) return read({ environment, words: more, origin });
  const refusal = Object.entries(foreign).find(([names]) => names.split(" ").includes(name))?.[1];
  if (refusal) throw unusable(origin, `expected a program for Node, found ${first}: ${refusal}`);
  if (/[/\\]|\.(js|mjs|cjs|ts|mts|cts)$/.test(name))
    return fileCommand(name, { environment, words: more, origin });
  return { environment, nodeArguments: [], program: { kind: "bin", name }, args: more };
}

function assignments(words: readonly string[]): { environment: Record<string, string>; rest: string[] } {
  const end = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const count = end < 0 ? words.length : end;
  const pairs = words.slice(0, count).map((word): [string, string] => {
    const at = word.indexOf("=");
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return { environment: Object.fromEntries(pairs), rest: words.slice(count) };
}

/** A file by itself: the system would read its first line; Node files are run by Node. */
function fileCommand(file: string, { environment, words, origin }: Parts): Command {
  if (!/\.(js|mjs|cjs)$/.test(file))
    throw unusable(origin, `expected a program for Node, found ${file}`, override(`node ${file}`));
  return { environment, nodeArguments: [], program: { kind: "file", candidates: [file] }, args: [...words] };
}

const onward: Reader = ({ environment, words, origin }) => {
  const command = readCommand(words, origin);
  return { ...command, environment: { ...environment, ...command.environment } };
};

/** The rest is a command line of its own. */
const plain =
  (name: string): Reader =>
  (parts) => {
    const option = parts.words[0];
    if (option?.startsWith("-"))
      throw unusable(parts.origin, `expected no options of ${name}, found ${option}`);
    return onward(parts);
  };

const readers: Record<string, Reader> = {
  ...{ node, nodejs: node, exec: onward, env: plain("env"), "cross-env": plain("cross-env") },
  npx: (parts) => packageProgram("npx", parts, onward),
  npm: (parts) => manager("npm", parts, onward),
  pnpm: (parts) => manager("pnpm", parts, onward),
  yarn: (parts) => manager("yarn", parts, onward),
  ...{ tsx, "ts-node": tsNode, nest, pm2: pm2Start, "pm2-runtime": pm2Start },
};

/** Programs that cannot be run here, by name, and why. */
const foreign: Record<string, string> = {
  "nodemon ts-node-dev tsnd node-dev nodemon-ts vite-node-dev":
    "it is for development, and starts another process at each change of a file",
  "sh bash zsh dash ash source . cd set export": "a shell",
  "python python3 ruby php java go cargo deno bun bunx dotnet make": "another runtime",
  "docker docker-compose podman": "a container",
  "concurrently npm-run-all run-s run-p turbo nx lerna wsrun": "it runs several commands",
  "forever supervisor": "a process manager; here it is pm2",
  "cross-env-shell": "a shell",
  "ts-node-esm babel-node": "it starts another process",
  "dotenv env-cmd dotenvx":
    "it starts another process, with a file of secrets; set these by backendSecretEnvironment",
};
