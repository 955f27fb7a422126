import { existsSync, readFileSync } from "node:fs";
import { ExecaError } from "execa";
import pRetry from "p-retry";
import { duration, progress, type Task } from "../toolchain/progress.ts";
import { isRunning } from "./machine.ts";
import { filesOf } from "./paths.ts";
import type { SandboxInfo } from "./record.ts";
import { say } from "./say.ts";
import { login } from "./ssh.ts";

/** How a sandbox is waited for; tests have other ways. */
interface Patience {
  login: (info: SandboxInfo) => Promise<void>;
  runs: (name: string) => boolean;
  /** Milliseconds. A fresh host on a busy machine has taken more than one minute. */
  within: number;
}

const usual: Patience = { login, runs: isRunning, within: 180_000 };

const aloud: Task = {
  set output(line: string) {
    say(line);
  },
};

/**
 * Waits until a person could log in, at most three minutes.
 *
 * @throws with what was awaited, for how long, what ssh said last, and what to do
 */
export async function untilReady(info: SandboxInfo, patience: Partial<Patience> = {}): Promise<void> {
  const { login, runs, within } = { ...usual, ...patience };
  using line = progress(aloud, false);
  line.say(`Waiting for the sandbox "${info.name}" to answer`);
  await pRetry(() => login(info), {
    retries: Math.ceil(within / 50),
    minTimeout: 50,
    factor: 1,
    maxRetryTime: within,
    shouldRetry: () => runs(info.name),
  }).catch((error: Error) => {
    const why = runs(info.name) ? silent(info, line.elapsed(), error) : ended(info.name);
    throw new Error(`The sandbox "${info.name}" does not answer: ${why}`, { cause: error });
  });
}

function silent({ name, user, address }: SandboxInfo, waited: string, error: Error): string {
  return (
    `waited ${waited} for a login as ${user}@${address} by SSH, which said last: ${wordsOf(error)}.\n` +
    `It is still on, and the machine may be busy: the same command again goes on where this one ended. Else a fresh one: npm run sandbox -- reset --name ${name}\n` +
    lastLines(name)
  );
}

const ended = (name: string) => `it ended while it was starting.\n${lastLines(name)}`;

/** Of ssh's own words the last line; the error's message has the whole command before them. */
function wordsOf(error: Error): string {
  if (!(error instanceof ExecaError)) return error.message;
  if (error.timedOut) return `nothing, for ${duration(error.durationMs)}`;
  return String(error.stderr).trim().split("\n").at(-1) || `nothing, and ended with ${error.exitCode}`;
}

function lastLines(name: string): string {
  const { console } = filesOf(name);
  const lines = existsSync(console) ? readFileSync(console, "utf8").trimEnd().split("\n").slice(-10) : [];
  return `The last lines of ${console}:\n${lines.join("\n")}`;
}
