import type { Origin } from "./origin.ts";

/** A command line, taken apart. */
export interface Command {
  environment: Record<string, string>;
  nodeArguments: string[];
  program: Program;
  args: string[];
}

/** What runs: a file, by one of these names; a dependency's program; a script of package.json; a file of pm2's own. */
export type Program =
  | { kind: "file"; candidates: readonly string[] }
  | { kind: "bin"; name: string }
  | { kind: "script"; name: string }
  | { kind: "pm2"; file: string };

/** What a reader of one program's command line is given: the words after its name. */
export interface Parts {
  environment: Record<string, string>;
  words: readonly string[];
  origin: Origin;
}

export type Reader = (parts: Parts) => Command;
