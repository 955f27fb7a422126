import { setTimeout } from "node:timers/promises";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import type { Outage } from "./prober.ts";

/** The ways in which an `up` is cut off. */
export const ways = ["KILL to pulumi", "network unplugged", "power cut"] as const;
export type Way = (typeof ways)[number];

/** How long the network stays away: longer than a TCP connection takes to notice that nothing is answered. */
const unpluggedMs = 3000;

/**
 * Cuts a run off and brings back what the cut took. `kill` ends the operator's side, which in each of the three is
 * gone for good: whoever lost the network or the host starts again. Returns the span in which the host could not be reached.
 */
export async function cut(way: Way, host: string, kill: () => void): Promise<Outage> {
  const start = performance.now();
  if (way === "KILL to pulumi") kill();
  if (way === "network unplugged") {
    await sandbox.unplug(host);
    await setTimeout(unpluggedMs);
    kill();
    await sandbox.plug(host);
  }
  if (way === "power cut") {
    await sandbox.powerCut(host);
    kill();
    await sandbox.up(host);
  }
  return { start, end: way === "KILL to pulumi" ? start : performance.now() };
}
