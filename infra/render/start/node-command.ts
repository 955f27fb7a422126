import type { Command, Parts } from "./command-parts.ts";
import { splitNodeOptions } from "./node-options.ts";
import { unusable } from "./origin.ts";

/** `node … FILE …`. After `node --run NAME` a script of package.json. */
export function node({ environment, words, origin }: Parts): Command {
  const { nodeArguments, run, rest } = splitNodeOptions(words, origin);
  const [file, ...args] = rest;
  if (run !== undefined)
    return { environment, nodeArguments, program: { kind: "script", name: run }, args: withoutDashes(rest) };
  if (file === undefined) throw unusable(origin, "expected node FILE, found no file");
  return { environment, nodeArguments, program: { kind: "file", candidates: [file] }, args };
}

/** What follows a `--` at the beginning. */
export const withoutDashes = (words: readonly string[]) => (words[0] === "--" ? words.slice(1) : [...words]);
