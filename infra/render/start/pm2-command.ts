import type { Command, Parts } from "./command-parts.ts";
import { unusable } from "./origin.ts";

/** A file of pm2's own: the application in it is what runs. */
export function pm2Start({ environment, words, origin }: Parts): Command {
  const [file, ...options] = words.filter(
    (word) => !["start", "startOrReload", "--no-daemon"].includes(word),
  );
  const production = options.join(" ");
  const plain = /^((--env[ =]production)|)$/.test(production);
  if (file === undefined || !/\.(config\.(js|cjs|mjs)|json|ya?ml)$/.test(file) || !plain)
    throw unusable(
      origin,
      `expected pm2 start with a file such as ecosystem.config.js, found ${words.join(" ")}`,
    );
  return { environment, nodeArguments: [], program: { kind: "pm2", file }, args: [] };
}
