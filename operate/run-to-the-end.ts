import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { execa, type Options } from "execa";

type Stop = "SIGINT" | "SIGTERM";

/** Where a program's output goes, in execa's words; by default where ours goes. */
export type Streams = Pick<Options, "stdout" | "stderr">;

/**
 * Runs a program on our terminal until it has ended, also when we are asked to stop: it finishes in order, and what it
 * needs of us lives as long. Returns its exit code; 130 or 143 where a signal kept it from ending well.
 *
 * The program hears of a signal once, because Pulumi takes the second for "at once" and leaves operations pending.
 *
 * @throws when the program cannot be started
 * @example const exitCode = await runToTheEnd("pulumi", ["up"], { cwd, env });
 */
export async function runToTheEnd(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv } & Streams,
): Promise<number> {
  // Without execa's own cleanup, which ends the program by a SIGTERM of its own, and by force 5 seconds later.
  const ours = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
  const program = execa(command, args, { ...ours, ...options, reject: false, cleanup: false });
  let stopped: Stop | undefined;
  const stop = (signal: Stop) => {
    stopped = signal;
    if (isForUsAlone(signal) && program.pid) process.kill(program.pid, signal);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const { exitCode, signal, shortMessage } = await program;
    if (exitCode === undefined && signal === undefined) throw new Error(shortMessage);
    const ending = stopped ?? signal;
    return exitCode === 0 || !ending ? (exitCode ?? 1) : 128 + constants.signals[ending];
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** Ctrl-C is sent by the terminal to the program as well; where there is no terminal, it was sent to us alone. */
function isForUsAlone(signal: Stop): boolean {
  return signal === "SIGTERM" || !hasTerminal();
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r")); // Ours also where our input or output is a file or a pipe.
    return true;
  } catch {
    return false;
  }
}
