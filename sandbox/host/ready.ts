import { existsSync, readFileSync } from "node:fs";
import pRetry from "p-retry";
import { isRunning } from "./machine.ts";
import { filesOf } from "./paths.ts";
import type { SandboxInfo } from "./record.ts";
import { login } from "./ssh.ts";

/** Waits until a person could log in, at most a minute. */
export async function untilReady(info: SandboxInfo): Promise<void> {
  await pRetry(() => login(info), {
    retries: 600,
    minTimeout: 50,
    factor: 1,
    maxRetryTime: 60_000,
    shouldRetry: () => isRunning(info.name),
  }).catch((error: Error) => {
    throw new Error(`The sandbox "${info.name}" does not answer: ${why(info, error)}`, { cause: error });
  });
}

function why({ name }: SandboxInfo, error: Error): string {
  if (isRunning(name)) return error.message;
  const { console } = filesOf(name);
  const lines = existsSync(console) ? readFileSync(console, "utf8").trimEnd().split("\n").slice(-10) : [];
  return `it ended while it was starting. The last lines of ${console}:\n${lines.join("\n")}`;
}
