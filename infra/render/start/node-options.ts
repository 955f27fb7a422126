import { type Origin, unusable } from "./origin.ts";

/** Options of Node that take the next word as their value. */
const withValue = new Set([
  ...["-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions"],
  ...["--env-file", "--env-file-if-exists", "--title", "--icu-data-dir", "--openssl-config", "--run"],
  ...["--disable-warning", "--diagnostic-dir", "--input-type", "--experimental-default-type"],
  ...["--unhandled-rejections", "--dns-result-order", "--trace-event-categories", "--tls-cipher-list"],
  ...["--tls-keylog", "--heapsnapshot-signal", "--max-http-header-size", "--stack-trace-limit"],
  ...["--report-dir", "--report-directory", "--report-filename", "--report-signal", "--inspect-port"],
  ...["--network-family-autoselection-attempt-timeout", "--experimental-config-file", "--localstorage-file"],
]);

/** What starts no server, or one that ends by itself. */
const useless: Record<string, string> = {
  "-e": "a program in a word",
  "--eval": "a program in a word",
  "-p": "a program in a word",
  "--print": "a program in a word",
  "-i": "an interactive Node",
  "--interactive": "an interactive Node",
  "-c": "a check of the syntax",
  "--check": "a check of the syntax",
  "--test": "the test runner",
  "--watch": "a watcher, for development",
  "--watch-path": "a watcher, for development",
};

/** A command line after `node`. */
export interface NodeCommand {
  nodeArguments: string[];
  /** The script of package.json that `node --run` names. */
  run?: string;
  /** The file, and its arguments. */
  rest: string[];
}

/** @throws where it starts no server */
export function splitNodeOptions(words: readonly string[], origin: Origin): NodeCommand {
  const nodeArguments: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === "--") return { nodeArguments, rest: words.slice(at + 1) };
    if (!word.startsWith("-")) return { nodeArguments, rest: words.slice(at) };
    const [name, value] = split(word);
    const what = useless[name];
    if (what) throw unusable(origin, `expected a file that serves, found node ${name}: ${what}`);
    if (name === "--run")
      return {
        nodeArguments,
        run: value ?? words[at + 1] ?? "",
        rest: words.slice(at + (value === undefined ? 2 : 1)),
      };
    nodeArguments.push(word);
    if (value === undefined && withValue.has(name) && at + 1 < words.length)
      nodeArguments.push(words[++at] as string);
  }
  return { nodeArguments, rest: [] };
}

const split = (word: string): [name: string, value?: string] => {
  const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  return value === undefined ? [name] : [name, value];
};

/** A file that an option of Node names, and whether it must be there. */
export interface EnvironmentFile {
  path: string;
  required: boolean;
}

/** The files of `--env-file` and `--env-file-if-exists`. */
export const environmentFiles = (nodeArguments: readonly string[]): EnvironmentFile[] =>
  valuesOf(nodeArguments, /^--env-file(-if-exists)?$/).map(([name, path]) => ({
    path,
    required: name === "--env-file",
  }));

/** What Node loads before the file: packages, their parts and files. */
export const loadedModules = (nodeArguments: readonly string[]): string[] =>
  valuesOf(nodeArguments, /^(-r|--require|--import|--loader|--experimental-loader)$/).map(([, name]) => name);

function valuesOf(words: readonly string[], names: RegExp): [name: string, value: string][] {
  return words.flatMap((word, at): [string, string][] => {
    const [name, value = words[at + 1] ?? ""] = split(word);
    return names.test(name) ? [[name, value]] : [];
  });
}
