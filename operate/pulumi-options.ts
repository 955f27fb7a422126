import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { distance } from "fastest-levenshtein";

const run = promisify(execFile);

/** What every Pulumi 3 knows, so that its CLI need not be started to say so. */
const ofBoth = [
  ...["--config", "-c", "--diff", "--target", "-t", "--refresh", "-r", "--json", "-j"],
  ...["--message", "-m", "--parallel", "-p", "--expect-no-changes"],
];
const everyday = {
  preview: new Set(ofBoth),
  up: new Set([...ofBoth, "--yes", "-y", "--skip-preview", "-f"]),
};

/**
 * Sees to it that options which are passed on are Pulumi's, before anything is started for them. Its CLI is asked only
 * where there are any that not every one has.
 *
 * @throws for an option that `pulumi COMMAND` does not know, with the nearest one
 */
export async function refuseUnknownOptions(
  command: "up" | "preview",
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (namesIn(words).every((name) => everyday[command].has(name))) return;
  const { stdout } = await run("pulumi", [command, "--help"], { env });
  const problem = unknownOption(words, stdout);
  if (problem) throw new Error(`pulumi ${command}: ${problem}`);
}

/**
 * What is wrong with the first option that the help does not have; undefined where it has all.
 *
 * @example unknownOption(["--skip-previw"], help) // "unknown option --skip-previw; did you mean --skip-preview?"
 */
export function unknownOption(words: readonly string[], help: string): string | undefined {
  const known = [...help.matchAll(/^\s+(?:(-\w), )?(--[\w-]+)/gm)].flatMap(([, short, long]) => [
    ...(short ? [short] : []),
    long ?? "",
  ]);
  const unknown = namesIn(words).find((name) => !known.includes(name));
  if (!unknown) return undefined;
  const [nearest] = known.toSorted((a, b) => distance(a, unknown) - distance(b, unknown));
  return `unknown option ${unknown}; did you mean ${nearest}?`;
}

function namesIn(words: readonly string[]): string[] {
  return words
    .filter((word) => /^--?[a-zA-Z]/.test(word))
    .map((word) => (word.startsWith("--") ? (word.split("=")[0] ?? word) : word.slice(0, 2)));
}

/** A `--` between our options and Pulumi's ends ours, and is none of Pulumi's: a person types it out of habit. */
export const withoutSeparator = (words: readonly string[]): string[] => words.filter((word) => word !== "--");
