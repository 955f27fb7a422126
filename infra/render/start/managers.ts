import type { Command, Parts, Reader } from "./command-parts.ts";
import { withoutDashes } from "./node-command.ts";
import { unusable } from "./origin.ts";

/** `npx NAME`, `npm exec NAME`: the program of a dependency. */
export function packageProgram(name: string, parts: Parts, read: Reader): Command {
  const words = withoutDashes(parts.words);
  if (words[0]?.startsWith("-"))
    throw unusable(parts.origin, `expected the name of a program after ${name}, found ${words[0]}`);
  return read({ ...parts, words });
}

/** `npm start`, `npm run NAME -- ARGUMENTS`, `pnpm NAME`, `yarn NAME`. */
export function manager(name: "npm" | "pnpm" | "yarn", parts: Parts, read: Reader): Command {
  const [verb, ...rest] = parts.words;
  if (verb === "exec") return packageProgram(`${name} exec`, { ...parts, words: rest }, read);
  if (verb === "dlx" || verb === "x")
    throw unusable(
      parts.origin,
      `${name} ${verb} downloads a program at each start`,
      "add it to dependencies",
    );
  const runs = verb === "run" || verb === "run-script";
  const [script, ...more] = (runs ? rest : parts.words).filter((word) => !["-s", "--silent"].includes(word));
  const known = runs || name !== "npm" || script === "start";
  if (script === undefined || script.startsWith("-") || !known)
    throw unusable(parts.origin, `expected ${name} run NAME, found ${[name, ...parts.words].join(" ")}`);
  const args = name === "npm" ? argumentsOfNpm(more, parts) : withoutDashes(more);
  return {
    environment: parts.environment,
    nodeArguments: [],
    program: { kind: "script", name: script },
    args,
  };
}

/** What stands before `--` is npm's own where it looks like an option. */
function argumentsOfNpm(words: readonly string[], { origin }: Parts): string[] {
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  const option = before.find((word) => word.startsWith("-"));
  if (option)
    throw unusable(origin, `expected no options of npm, found ${option}; the script's own follow --`);
  return [...before, ...(end < 0 ? [] : words.slice(end + 1))];
}
