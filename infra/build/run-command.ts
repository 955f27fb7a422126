import { execa } from "execa";
import { BuildError } from "./build-error.ts";

export interface Run {
  /** As an operator would type it. */
  label: string;
  words: [string, ...string[]];
  /** Where it runs. */
  folder: string;
  /** The same folder as the operator knows it. */
  shownFolder: string;
  environment: Record<string, string>;
  /** What to do where it fails. */
  next: string;
  /** Its first lines give the reason, and its help follows. Default: its last lines do. */
  reasonFirst?: boolean;
}

/** Takes one line of progress. */
export type Say = (line: string) => void;

const everyMs = 15_000;
const shownLines = 25;

/**
 * Runs a command to its end. Says when it begins, each quarter of a minute how it gets on, and how long it took.
 *
 * @throws BuildError with the command's own last lines
 */
export async function runCommand(run: Run, say: Say): Promise<void> {
  const began = Date.now();
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1);
  const said: string[] = [];
  say(`build: ${run.label}`);
  const timer = setInterval(
    () => say(`build: ${run.label}: ${seconds()} s, ${said.at(-1) ?? "nothing said yet"}`),
    everyMs,
  );
  try {
    const result = await start(run, said);
    if (result.failed) throw failure(run, result, said);
    say(`build: ${run.label}: done in ${seconds()} s`);
  } finally {
    clearInterval(timer);
  }
}

async function start(run: Run, said: string[]) {
  const {
    words: [program, ...rest],
    folder,
    environment,
    reasonFirst = false,
  } = run;
  const running = execa(program, rest, {
    cwd: folder,
    env: environment,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
  });
  for await (const line of running.iterable({ from: "all" })) {
    const text = plain(line);
    if (text.trim() === "" || (reasonFirst && said.length === shownLines)) continue;
    said.push(text);
    if (said.length > shownLines) said.shift();
  }
  return running;
}

/** Without colours and other control sequences, which a log cannot show. */
function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}

interface Result {
  exitCode?: number | undefined;
  signal?: string | undefined;
  originalMessage?: string | undefined;
}

function failure({ label, shownFolder, next }: Run, result: Result, said: string[]): BuildError {
  const how = result.signal ? `was ended by ${result.signal}` : `failed with exit code ${result.exitCode}`;
  const what =
    result.exitCode === undefined && !result.signal ? `cannot be started: ${result.originalMessage}` : how;
  return new BuildError(`${label} ${what}`, shownFolder, said.join("\n"), next);
}
