import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { keysToAdd } from "./agent-keys.ts";

/**
 * The agent lives as long as the pipe to this small program: when it ends, also because we were killed, the
 * program ends the agent by its process id. So no agent, and no key in it, outlives the run.
 */
const untilThePipeEnds = 'echo ready; cat; kill "$SSH_AGENT_PID"';

/** What takes the place of the usual files of `~/.ssh`; `onKeys` hears which an agent of ours holds. */
interface UsualKeys {
  usual?: readonly string[];
  onKeys?: (keys: readonly string[]) => void;
}

/**
 * Runs `run` with an SSH agent at `SSH_AUTH_SOCK`: the operator's own where it holds the keys, else one for this run
 * alone. `keyPaths` are configured key files; empty means the usual ones of `~/.ssh`. Where there is no key either,
 * `run` starts without an agent, and says itself what it misses.
 *
 * @example
 * await withAgent([info.keyPath], () => execa("pulumi", ["up"], { stdio: "inherit" }));
 */
export async function withAgent<T>(
  keyPaths: readonly string[],
  run: () => Promise<T>,
  { usual, onKeys }: UsualKeys = {},
): Promise<T> {
  const keys = await keysToAdd(keyPaths, process.env.SSH_AUTH_SOCK, usual);
  if (keys.length === 0) return run();
  onKeys?.(keys);
  await using agent = await startAgent();
  for (const key of keys) await addKey(key, agent.socket);
  const before = process.env.SSH_AUTH_SOCK;
  process.env.SSH_AUTH_SOCK = agent.socket;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env.SSH_AUTH_SOCK;
    else process.env.SSH_AUTH_SOCK = before;
  }
}

/** OpenSSH's agent on a socket of its own, until it is disposed of or this process ends in whatever way. */
async function startAgent(): Promise<AsyncDisposable & { socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), "geo-agent-"));
  const socket = join(folder, "socket");
  // Detached: Ctrl-C is for the program that uses the agent, which may need it to finish in order.
  const child = spawn("ssh-agent", ["-a", socket, "sh", "-c", untilThePipeEnds], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const failed = once(child, "error").then(([error]) => Promise.reject(notStarted(error)));
  const early = ended.then(() => Promise.reject(notStarted(new Error("it ended at once"))));
  await Promise.race([once(child.stdout, "data"), failed, early]);
  early.catch(() => {}); // From now on its end is the wanted one.
  return {
    socket,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function notStarted(error: Error): Error {
  return new Error(
    `ssh-agent did not start: ${error.message}\nInstall OpenSSH's client (sudo apt-get install openssh-client), or start an agent of your own`,
  );
}

/** Asks for the pass phrase on the terminal where the key has one. */
async function addKey(path: string, socket: string): Promise<void> {
  const result = await execa("ssh-add", ["-q", path], {
    env: { SSH_AUTH_SOCK: socket },
    stdin: "inherit",
    stderr: ["inherit", "pipe"],
    reject: false,
  });
  if (result.exitCode !== 0)
    throw new Error(`ssh-add ${path} failed: ${result.stderr || result.shortMessage}`);
}
