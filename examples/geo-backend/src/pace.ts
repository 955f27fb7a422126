import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

/** The processors' time since boot, in milliseconds: how much of it was free, and all of it. */
export interface ProcessorTime {
  free: number;
  all: number;
}

/** Who is asked to leave comes back at once: below this share of free time the host cannot keep up with them. */
const enoughFree = 0.15;
/** How often the host is asked, in milliseconds. */
const interval = 250;
/** How many times longer than wanted a pause may become. */
const slowest = 16;

/** A pause between one client and the next, longer as long as the processors are busy. */
export class Pace {
  readonly #pause: number;
  readonly #read: () => ProcessorTime;
  #factor = 1;
  #seen: ProcessorTime;
  #seenAt = performance.now();
  #due = performance.now();

  /** @param pause between two clients on a host that is not busy, in milliseconds */
  constructor(pause: number, read = processorTime) {
    this.#pause = pause;
    this.#read = read;
    this.#seen = read();
  }

  /** The pause as it is now, in milliseconds. */
  get pause(): number {
    return this.#pause * this.#factor;
  }

  /** Until the next one's turn. A late timer makes up for no more than one interval. */
  async turn(): Promise<void> {
    this.#look();
    const now = performance.now();
    this.#due = Math.max(this.#due + this.pause, now - interval);
    await delay(Math.max(0, this.#due - now));
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#seenAt < interval) return;
    const { free, all } = this.#read();
    const share = (free - this.#seen.free) / Math.max(1, all - this.#seen.all);
    this.#factor = share < enoughFree ? Math.min(2 * this.#factor, slowest) : Math.max(this.#factor / 2, 1);
    this.#seen = { free, all };
    this.#seenAt = now;
  }
}

function processorTime(): ProcessorTime {
  const times = cpus().map(({ times }) => times);
  const sum = (of: (time: (typeof times)[number]) => number) =>
    times.reduce((total, time) => total + of(time), 0);
  return { free: sum(({ idle }) => idle), all: sum((time) => Object.values(time).reduce((a, b) => a + b)) };
}
