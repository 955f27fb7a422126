import type { Command, Parts } from "./command-parts.ts";
import { node } from "./node-command.ts";
import { type Origin, override, unusable } from "./origin.ts";

/** Its own advice for one process: `node --import tsx FILE`. */
export function tsx({ environment, words, origin }: Parts): Command {
  if (words[0] === "watch") throw watcher("tsx watch", origin);
  const rest = [...words];
  const own: Record<string, string> = {};
  const at = rest.indexOf("--tsconfig");
  if (at >= 0) own.TSX_TSCONFIG_PATH = rest.splice(at, 2)[1] ?? "";
  const command = node({ environment: { ...environment, ...own }, words: rest, origin });
  return { ...command, nodeArguments: ["--import", "tsx", ...command.nodeArguments] };
}

/** What its options are called in the environment. */
const tsNodeOptions: Record<string, [name: string, value?: string]> = {
  "-T": ["TS_NODE_TRANSPILE_ONLY", "true"],
  "--transpile-only": ["TS_NODE_TRANSPILE_ONLY", "true"],
  "--transpileOnly": ["TS_NODE_TRANSPILE_ONLY", "true"],
  "--swc": ["TS_NODE_SWC", "true"],
  "--files": ["TS_NODE_FILES", "true"],
  "-P": ["TS_NODE_PROJECT"],
  "--project": ["TS_NODE_PROJECT"],
};

export function tsNode({ environment, words, origin }: Parts): Command {
  const own: Record<string, string> = {};
  const required: string[] = [];
  const rest = [...words];
  while (rest[0]?.startsWith("-")) {
    const option = rest.shift() as string;
    const [name, value = rest[0] ?? ""] = tsNodeOptions[option] ?? [];
    if (["-r", "--require"].includes(option)) required.push(option, rest.shift() ?? "");
    else if (name === undefined)
      throw unusable(
        origin,
        `this option of ts-node is not known here: ${option}`,
        override("node -r ts-node/register FILE"),
      );
    else {
      own[name] = value;
      if (tsNodeOptions[option]?.length === 1) rest.shift();
    }
  }
  const command = node({ environment: { ...environment, ...own }, words: rest, origin });
  return { ...command, nodeArguments: ["-r", "ts-node/register", ...required, ...command.nodeArguments] };
}

/** It compiles, and starts another process: here the build has compiled. */
export function nest({ environment, words, origin }: Parts): Command {
  if (words[0] !== "start") throw unusable(origin, `expected nest start, found nest ${words.join(" ")}`);
  const options = words.slice(1);
  const at = options.indexOf("--entryFile");
  const entry = at < 0 ? "main" : (options.splice(at, 2)[1] ?? "main");
  const end = options.indexOf("--");
  const args = end < 0 ? [] : options.splice(end).slice(1);
  const unknown = options[0];
  if (unknown && /^(-w|--watch|-d|--debug)/.test(unknown)) throw watcher(`nest start ${unknown}`, origin);
  if (unknown) throw unusable(origin, `expected nest start without ${unknown}`, override("node dist/main"));
  const candidates = [`dist/${entry}`, `dist/src/${entry}`];
  return {
    environment,
    nodeArguments: ["--enable-source-maps"],
    program: { kind: "file", candidates },
    args,
  };
}

function watcher(name: string, origin: Origin): Error {
  return unusable(
    origin,
    `expected a server, found ${name}: it is for development, and starts another process at each change of a file`,
  );
}
