import { spawn } from "node:child_process";
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
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          Object.assign(new Error(signal ? `Interrupted (${signal}).` : failure), { exitCode: code ?? 130 }),
        );
    });
  }).finally(() => {
    for (const signal of signals) process.off(signal, forward);
  });
}
