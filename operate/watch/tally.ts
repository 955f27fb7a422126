import type { Emit, Summary, WatchEvent, Which } from "./events.ts";

/** Round trips that are kept for the percentiles. */
const kept = 10_000;

/**
 * What the operators' rules make of the events: quiet while healthy, an alarm when errors last longer than
 * `alarmAfterMs`, once for each time. Time comes from outside, in milliseconds.
 */
export class Tally {
  readonly #alarmAfterMs: number;
  readonly #emit: Emit;
  /** The first connection, where it came about at once: to open it takes a moment, in which nothing was down. */
  #began: number;
  #everUp = false;
  readonly #down = new Map<Which, { since: number; cause: string }>();
  readonly #trips: number[] = [];
  #downMs = 0;
  #downSince: number | undefined;
  #alarmed = false;
  #reconnects = 0;
  #pings = 0;
  #alarms = 0;

  constructor(alarmAfterMs: number, emit: Emit, now: number) {
    this.#alarmAfterMs = alarmAfterMs;
    this.#emit = emit;
    this.#began = now;
    this.#downSince = now; // Until the first connection stands.
  }

  take(event: WatchEvent, now: number): void {
    if (event.event === "pong") this.#pong(event.ms);
    if (event.event === "connected") this.#up(event.connection, now);
    if (event.event === "lost" || event.event === "failed") this.#broken(event.connection, event.cause, now);
  }

  /** Call now and then: an alarm comes because nothing happens. */
  tick(now: number): void {
    const [first] = [...this.#down.values()].sort((a, b) => a.since - b.since);
    if (!first || this.#alarmed || now - first.since < this.#alarmAfterMs) return;
    this.#alarmed = true;
    this.#alarms += 1;
    this.#emit({ event: "alarm", cause: first.cause, lastedMs: now - first.since });
  }

  summary(now: number): Summary {
    const total = Math.max(1, now - this.#began);
    const down = this.#downMs + (this.#downSince === undefined ? 0 : now - this.#downSince);
    const [p50, p99] = [this.#percentile(0.5), this.#percentile(0.99)];
    return {
      ...{ seconds: Math.round(total / 1000), uptime: Math.round((1 - down / total) * 10_000) / 100 },
      ...{ reconnects: this.#reconnects, pings: this.#pings, alarms: this.#alarms },
      ...(p50 !== undefined && { p50 }),
      ...(p99 !== undefined && { p99 }),
      connected: this.#downSince === undefined && this.#down.size === 0,
    };
  }

  #up(connection: Which, now: number): void {
    const before = this.#down.get(connection);
    this.#down.delete(connection);
    if (before) this.#reconnects += 1;
    if (connection === "active" && this.#downSince !== undefined) {
      if (!this.#everUp && !before) this.#began = this.#downSince = now;
      this.#everUp = true;
      this.#downMs += now - this.#downSince;
      this.#downSince = undefined;
    }
    if (before && this.#alarmed && this.#down.size === 0) {
      this.#alarmed = false;
      this.#emit({ event: "recovered", lastedMs: now - before.since });
    }
  }

  #broken(connection: Which, cause: string, now: number): void {
    const since = this.#down.get(connection)?.since ?? now;
    this.#down.set(connection, { since, cause });
    if (connection === "active") this.#downSince ??= now;
  }

  #pong(ms: number): void {
    this.#pings += 1;
    this.#trips.push(ms);
    if (this.#trips.length > kept) this.#trips.shift();
  }

  #percentile(share: number): number | undefined {
    const sorted = [...this.#trips].sort((a, b) => a - b);
    const found = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    return found === undefined ? undefined : Math.round(found * 10) / 10;
  }
}
