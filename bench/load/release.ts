import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { Prober } from "../../test/support/prober.ts";
import type { Seen } from "./clients.ts";
import type { Crowd } from "./crowd.ts";
import type { LoadHost } from "./host.ts";
import { type Figures, halfAndMost, span } from "./table.ts";
import { usageOf } from "./usage.ts";

/** The longest pause of the page's back-off, and some. */
const settleMs = 40_000;

/** A release under the clients: what they see of it, and those who come meanwhile. */
export async function release(host: LoadHost, crowd: Crowd, url: string): Promise<Figures> {
  await appendFile(join(host.folder, "src/server.ts"), "\n// the next release\n");
  return during(host, crowd, url, host.up);
}

/** The same `up` again, which has nothing to do. */
export const again = (host: LoadHost, crowd: Crowd, url: string): Promise<Figures> =>
  during(host, crowd, url, host.up);

async function during(
  host: LoadHost,
  crowd: Crowd,
  url: string,
  work: () => Promise<void>,
): Promise<Figures> {
  const before = await crowd.seen();
  const { cpu } = await usageOf(host);
  await using prober = new Prober(url);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const probes = await prober.stop();
  const seen = since(before, await crowd.whole(settleMs));
  const used = (await usageOf(host)).cpu - cpu;
  for (const failure of probes.failures.slice(0, 10)) console.error(failure);
  return {
    "new handshakes, one every 20 ms": probes.made,
    "of these failed": probes.failures.length,
    "the slowest took": `${probes.slowest} ms`,
    "connections closed with 1012": seen.closed["1012"] ?? 0,
    "closed in another way": othersThan1012(seen),
    "over a span of": span(seen.firstClosed, seen.lastClosed),
    "all back after": span(seen.firstClosed, seen.lastBack),
    "failed on the way back": seen.failed,
    "handshake on the way back, p50 / p99": halfAndMost(seen.back),
    "connected at the end": seen.connected,
    "seconds of processor that the host used": `${used.toFixed(1)} s`,
    "the up took": `${seconds.toFixed(1)} s`,
  };
}

/** What was seen after that. */
function since(before: Seen, after: Seen): Seen {
  const closed = Object.fromEntries(
    Object.entries(after.closed).map(([code, times]) => [code, times - (before.closed[code] ?? 0)]),
  );
  const isNew = after.lastClosed > before.lastClosed;
  return {
    ...after,
    closed,
    failed: after.failed - before.failed,
    back: after.back.slice(before.back.length),
    ...(!isNew && { firstClosed: Number.POSITIVE_INFINITY }),
  };
}

/** `0`, or `3 (1006: 2, 1011: 1)`. */
function othersThan1012({ closed }: Seen): string {
  const others = Object.entries(closed).filter(([code, times]) => code !== "1012" && times > 0);
  const total = others.reduce((sum, [, times]) => sum + times, 0);
  return total === 0 ? "0" : `${total} (${others.map((each) => each.join(": ")).join(", ")})`;
}
