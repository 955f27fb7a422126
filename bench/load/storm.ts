import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { cableOf } from "../../sandbox/host/second-machine.ts";
import type { Crew } from "./clients.ts";
import { Crowd } from "./crowd.ts";
import type { LoadHost } from "./host.ts";
import { type Figures, halfAndMost, span } from "./table.ts";

/** How long the network is gone. */
const cutMs = 5_000;
/** How long they may take to reconnect; one that was rejected a few times waits half a minute at most. */
const settleMs = 60_000;

/** All clients lose the network at once, and come back with the page's back-off. The host hears nothing of the cut. */
export async function storm(host: LoadHost, crew: Crew): Promise<Figures> {
  using crowd = await Crowd.connect(await host.ways(crew.count), crew);
  const before = await crowd.whole(settleMs);
  await network(host, "down");
  await crowd.cut();
  await delay(cutMs);
  const { failed, back } = await crowd.seen();
  await network(host, "up");
  const up = Date.now();
  const seen = await crowd.whole(settleMs);
  return {
    "connected before": before.connected,
    "first handshakes that failed": before.refused,
    "back after the network is":
      seen.connected >= crew.count ? span(up, seen.lastBack) : "not all within 60 s",
    "connected at the end": seen.connected,
    "turned away on the way back": seen.failed - failed,
    "handshake on the way back, p50 / p99": halfAndMost(seen.back.slice(back.length)),
    ...(seen.why && { "the last failure": seen.why }),
  };
}

/** The cables of the clients' machines. */
async function network(host: LoadHost, state: "up" | "down"): Promise<void> {
  for (const { namespace } of await host.machines(0))
    await execa("ip", ["link", "set", cableOf(namespace), state]);
}
