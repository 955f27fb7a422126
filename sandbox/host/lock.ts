import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, mkdirSync, openSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { home } from "./paths.ts";
import { say } from "./say.ts";

/**
 * Waits until no other command works on the same thing. The lock is the kernel's, on a file that we hold open:
 * however this process ends, nothing stays locked.
 *
 * @example await using _ = await lock("network");
 */
export async function lock(thing: string): Promise<AsyncDisposable> {
  const path = join(home, "locks", thing);
  mkdirSync(join(home, "locks"), { recursive: true, mode: 0o700 });
  for (;;) {
    const fd = openSync(path, "w");
    await flock(fd, thing);
    if (isStill(path, fd)) return { [Symbol.asyncDispose]: async () => release(path, fd) };
    closeSync(fd); // The one before us removed the file while we waited for it.
  }
}

async function flock(fd: number, thing: string): Promise<void> {
  const notice = setTimeout(() => say(`Waiting for another command that works on the ${thing}…`), 1000);
  const code = await runFlock(fd).finally(() => clearTimeout(notice));
  if (code !== 0) throw new Error(`flock could not lock the ${thing}: exit code ${code}.`);
}

/** The file is its input only to hand it over: the lock belongs to the open file, so it outlives the command. */
async function runFlock(fd: number): Promise<number> {
  const [code] = await once(spawn("flock", ["0"], { stdio: [fd, "inherit", "inherit"] }), "exit");
  return code;
}

function isStill(path: string, fd: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
}

function release(path: string, fd: number): void {
  unlinkSync(path);
  closeSync(fd);
}
