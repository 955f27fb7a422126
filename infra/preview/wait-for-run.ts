import { setTimeout } from "node:timers/promises";
import type { Facts } from "../host/facts.ts";
import { pulumiLine } from "../pulumi-command.ts";

/** How long an `up` waits for a step that a run of its own stack left behind when it was cut off, in seconds. */
const ownWait = 600;

/** How an `up` comes to its turn. */
export interface RunWait {
  /** Whose the `up` is, as `ownerName` says it. */
  owner: string;
  /** Seconds that it waits for another run. */
  lockWait: number;
  /** Hears once for whom it waits. */
  say: (line: string) => void;
  /** Milliseconds between two looks; default 2000. */
  everyMs?: number;
}

/**
 * The facts once no run works on the host, or when the time to wait is over: `running` then still says who does.
 * Pulumi lets one run work on a stack; so what works for this stack is left from a run that was cut off, and ends soon.
 */
export async function waitForRun(
  gather: () => Promise<Facts>,
  { owner, lockWait, say, everyMs = 2000 }: RunWait,
): Promise<Facts> {
  let facts = await gather();
  const wait = isRunOf(owner, facts) ? ownWait : lockWait;
  const end = Date.now() + wait * 1000;
  if (facts.running && wait > 0)
    say(`Waiting for another run on this host, ${wait} s at most: ${facts.running}`);
  while (facts.running && Date.now() < end) {
    await setTimeout(everyMs);
    facts = await gather();
  }
  return facts;
}

const isRunOf = (owner: string, { running = "" }: Facts) => running.endsWith(`, for ${owner}`);

/** Why an `up` must not begin while another run is at work. */
export function runningElsewhere({ running }: Facts): string[] {
  if (!running) return [];
  return [
    `another run is at work on this host: ${running}; wait until it has ended, or let this one wait: npm run up -- --wait, or ${pulumiLine("config set lockWait 600")}; where it hangs, end that process`,
  ];
}
