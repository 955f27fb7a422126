import type { Crew } from "./clients.ts";
import { Crowd, type Way } from "./crowd.ts";
import type { LoadHost } from "./host.ts";
import { type Figures, halfAndMost, kilobytes } from "./table.ts";
import { perConnection, usageOf } from "./usage.ts";

/** Connects them all, and says what that took and what it costs while they are held; `work` goes on with them. */
export async function hold(
  host: LoadHost,
  ways: readonly Way[],
  crew: Crew,
  work: (crowd: Crowd) => Promise<void> = async () => undefined,
): Promise<Figures> {
  const before = await usageOf(host);
  using crowd = await Crowd.connect(ways, crew);
  const seen = await crowd.whole(60_000);
  const memory = perConnection(before, await usageOf(host), crew.count);
  const echo = await crowd.echo(50);
  await work(crowd);
  return {
    "connections held": seen.connected,
    "first handshakes that failed": seen.refused,
    "handshakes a second": Math.round(seen.handshakes.length / crowd.seconds),
    "handshake, p50 / p99": halfAndMost(seen.handshakes),
    "echo while holding, p50 / p99": halfAndMost(echo),
    "memory of a connection in nginx": kilobytes(memory.nginx),
    "in the backend": kilobytes(memory.backend),
    "in the kernel": kilobytes(memory.kernel),
    ...(seen.why && { "the last failure": seen.why }),
  };
}
