import { duration } from "../duration.ts";
import type { Summary, WatchEvent } from "./events.ts";

/** One line for a person; undefined for what is no news: a page that works says nothing. */
export function line(event: WatchEvent): string | undefined {
  switch (event.event) {
    case "connected":
      return event.tries === 0 ? undefined : `${event.connection}: connected again, at try ${event.tries}`;
    case "lost":
      return `${event.connection}: lost after ${duration(event.heldMs)}: ${event.cause}`;
    case "failed":
      // The first says why, each power of two that it is still so: a night without service is no flood of lines.
      return isPowerOfTwo(event.tries)
        ? `${event.connection}: try ${event.tries} failed: ${event.cause}`
        : undefined;
    case "alarm":
      return `ALARM: errors for ${duration(event.lastedMs)}: ${event.cause}`;
    case "certificate":
      return `WARNING: ${event.cause}`;
    case "recovered":
      return `recovered after ${duration(event.lastedMs)}`;
    case "summary":
      return summaryLine(event.summary);
    case "pong":
      return undefined;
  }
}

const isPowerOfTwo = (n: number) => Number.isInteger(Math.log2(n));

export function summaryLine({ seconds, uptime, reconnects, pings, p50, p99, alarms }: Summary): string {
  const trips = p50 === undefined ? "no answer" : `round trips p50 ${p50} ms, p99 ${p99} ms (${pings} pings)`;
  return `${duration(seconds * 1000)} watched: up ${uptime} %, ${reconnects} reconnects, ${trips}, ${alarms} alarms`;
}
