import { shellText } from "./command-line.ts";
import type { PassedValue } from "./ecosystem-keys.ts";

/** How a backend starts. Words may hold `${NAME}`: a variable whose value is known later. */
export interface Start {
  /** Where it is written: `package.json, scripts.start`. */
  source: string;
  /** Options of Node. */
  nodeArguments: string[];
  /** From the backend's folder; the program of a dependency is `node_modules/.bin/NAME`. */
  script: string;
  args: string[];
  /** Defaults, which the configuration overrides. */
  environment: Record<string, string>;
  /** The folder in which it runs, from the backend's; empty for that one itself. */
  cwd: string;
  /** As many processes as its own ecosystem file asks for. */
  instances?: number;
  /** Settings that pm2 is given as they are: `kill_timeout`, `max_memory_restart`. */
  pm2: Record<string, PassedValue>;
  /** What an operator should know, one sentence each. */
  notes: string[];
}

/** Where npm links the programs of dependencies. */
export const binFolder = "node_modules/.bin/";

/** `node --max-old-space-size=512 server.js (package.json, scripts.start)` */
export function describeStart({ environment, nodeArguments, script, args, cwd, source }: Start): string {
  const prefix = Object.entries(environment).map(([name, value]) => `${name}=${shellText([value])}`);
  const words = [...prefix, "node", shellText([...nodeArguments, script, ...args])];
  return `${words.join(" ")}${cwd && ` in ${cwd}`} (${source})`;
}
