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
  /** The member of a workspace that it runs for, where it is one: several run the same command. */
  member?: string;
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
const shownLength = 400;
/** For what is still on its way when the command has ended. */
const lastWordsMs = 2_000;

/**
 * Runs a command to its end. Says when it begins, each quarter of a minute how it gets on, and how long it took.
 *
 * @throws BuildError with the command's own last lines
 */
export async function runCommand(run: Run, say: Say): Promise<void> {
  const began = Date.now();
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1);
  const said: string[] = [];
  const name = `build: ${named(run)}`;
  say(name);
  const timer = setInterval(
    () => say(`${name}: ${seconds()} s, ${said.at(-1) ?? "nothing said yet"}`),
    everyMs,
  );
  try {
    const result = await start(run, said);
    if (result.failed) throw failure(run, result, said);
    say(`${name}: done in ${seconds()} s`);
  } finally {
    clearInterval(timer);
  }
}

const named = ({ label, member }: Run) => (member ? `${label} in ${member}` : label);

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
  // A process that it left behind, such as a compiler's server, keeps its output open for as long as it lives.
  const { stdout, stderr } = running;
  const leave = () => void [stdout, stderr].forEach((stream) => void stream.destroy());
  running.once("exit", () => void setTimeout(leave, lastWordsMs).unref());
  for await (const line of running.iterable({ from: "all" })) {
    const text = plain(line);
    if (text.trim() === "" || (reasonFirst && said.length === shownLines)) continue;
    said.push(text);
    if (said.length > shownLines) said.shift();
  }
  return running;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const unshown = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Without colours and other control sequences, which a log cannot show, and no longer than a person reads. */
function plain(line: string): string {
  const text = line.replace(unshown, "");
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}

interface Result {
  exitCode?: number | undefined;
  signal?: string | undefined;
  originalMessage?: string | undefined;
}

function failure(run: Run, result: Result, said: string[]): BuildError {
  const how = result.signal ? `was ended by ${result.signal}` : `failed with exit code ${result.exitCode}`;
  const what =
    result.exitCode === undefined && !result.signal ? `cannot be started: ${result.originalMessage}` : how;
  return new BuildError(`${named(run)} ${what}`, run.shownFolder, said.join("\n"), run.next);
}
