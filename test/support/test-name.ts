import { isAlive } from "../../sandbox/host/processes.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";

let made = 0;

/** A name of its own for each host of a test. It says which process will throw the host away. */
export function testName(label: string): string {
  made += 1;
  return `test-${label}-${process.pid}-${made}`;
}

/** Throws away the hosts of tests that were killed before they could. */
export async function removeAbandoned(): Promise<void> {
  for (const name of sandbox.sandboxNames()) {
    const owner = /^test-.*-(\d+)-\d+$/.exec(name)?.[1];
    if (owner && !isAlive(Number(owner))) await sandbox.down(name);
  }
}
