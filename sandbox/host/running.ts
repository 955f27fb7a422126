import { filesOf } from "./paths.ts";
import { processesWith } from "./processes.ts";

/** Whether a host is on: nspawn, or the script that starts it, works on its folder, which no other process does. */
export function isRunning(name: string): boolean {
  return processesWith(directoryArgument(name)).length > 0;
}

/** By which a host's processes are known. */
export function directoryArgument(name: string): string {
  return `--directory=${filesOf(name).root}`;
}
