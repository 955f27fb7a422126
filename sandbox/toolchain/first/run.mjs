import { spawn } from "node:child_process";
import { constants } from "node:os";
import { root } from "./places.mjs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

/*
 * Runs a program in the checkout until it ends. Its output goes to our standard error: standard output belongs to
 * the command that called set-up (`npm run -s pulumi -- stack output --json`). A signal is passed on, and we stay
 * until the program has ended. A channel (for programs of ours) lets it notice when we are gone without a word.
 */
export function run(command, args, { failure, channel = false }) {
  const stdio = ["ignore", 2, 2, ...(channel ? ["ipc"] : [])];
  const child = spawn(command, args, { cwd: root, stdio });
  let stopped;
  const forward = (signal) => {
    stopped = signal;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(stopped || signal ? interrupted(stopped ?? signal) : failed(failure, code));
    });
  }).finally(() => {
    for (const signal of signals) process.off(signal, forward);
  });
}

function interrupted(signal) {
  return failed(
    `Interrupted (${signal}). The next set-up goes on from here.`,
    128 + constants.signals[signal],
  );
}

function failed(message, exitCode) {
  return Object.assign(new Error(message), { exitCode });
}
