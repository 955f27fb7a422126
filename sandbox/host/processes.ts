import { readdirSync, readFileSync } from "node:fs";

/** The processes that were started with exactly this argument. */
export function processesWith(argument: string): number[] {
  return allProcesses().filter((pid) => read(`/proc/${pid}/cmdline`).split("\0").includes(argument));
}

/** The processes whose root is an overlay with this upper folder, whoever started them. */
export function processesOn(upper: string): number[] {
  return allProcesses().filter((pid) => rootOptions(pid).includes(`upperdir=${upper}`));
}

function allProcesses(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function rootOptions(pid: number): string[] {
  const root = read(`/proc/${pid}/mountinfo`)
    .split("\n")
    .find((line) => line.split(" ")[4] === "/");
  return root?.split(" ").at(-1)?.split(",") ?? [];
}

/** Whether a process runs. One that has ended and waits to be noticed by its parent does not. */
export function isAlive(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(read(`/proc/${pid}/status`))?.[1];
  return state !== undefined && state !== "Z" && state !== "X";
}

/** Ends a process at once. One that is gone already is what was wanted. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A process may end between two checks. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ESRCH", "ENOENT", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
