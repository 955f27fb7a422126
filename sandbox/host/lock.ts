import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, mkdirSync, openSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { home } from "./paths.ts";
import { say } from "./say.ts";

/**
 * Waits until no other command works on the same thing. The lock is the kernel's, on a file that we hold open:
 * however this process ends, nothing stays locked. `what` tells a person what we are waiting for.
 *
 * @example await using _ = await lock("network", "the network of the sandboxes");
 */
export async function lock(thing: string, what: string): Promise<AsyncDisposable> {
  const notice = setTimeout(() => say(`Waiting for another command that works on ${what}…`), 1000);
  try {
    for (;;) {
      const held = await take(thing, []);
      if (held) return held;
    }
  } finally {
    clearTimeout(notice);
  }
}

/** As `lock`, without waiting: undefined where another command works on it. */
export function tryLock(thing: string): Promise<AsyncDisposable | undefined> {
  return take(thing, ["--nonblock"]);
}

async function take(thing: string, options: readonly string[]): Promise<AsyncDisposable | undefined> {
  const path = join(home, "locks", thing);
  mkdirSync(join(home, "locks"), { recursive: true, mode: 0o700 });
  const fd = openSync(path, "w");
  if ((await flock(fd, options)) && isStill(path, fd))
    return { [Symbol.asyncDispose]: async () => release(path, fd) };
  closeSync(fd); // It is taken, or the one before us removed the file while we waited for it.
  return undefined;
}

/** The file is its input only to hand it over: the lock belongs to the open file, so it outlives the command. */
async function flock(fd: number, options: readonly string[]): Promise<boolean> {
  const [code] = await once(spawn("flock", [...options, "0"], { stdio: [fd, "inherit", "inherit"] }), "exit");
  if (code > 1) throw new Error(`flock: expected exit code 0 or 1, found ${code}`);
  return code === 0;
}

function isStill(path: string, fd: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
}

function release(path: string, fd: number): void {
  unlinkSync(path);
  closeSync(fd);
}
