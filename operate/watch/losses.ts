import { setTimeout } from "node:timers/promises";
import type { Which } from "./events.ts";

/** What ends a process ends its connections in the same moment; a client may hear of it a little later. */
const togetherMs = 1_000;

/** When each connection was lost last: where both go at once, silence is not the reason. */
export class Losses {
  readonly #last = new Map<Which, number>();
  readonly #now: () => number;
  readonly #pause: (ms: number) => Promise<unknown>;

  constructor(now: () => number = Date.now, pause: (ms: number) => Promise<unknown> = setTimeout) {
    this.#now = now;
    this.#pause = pause;
  }

  /** Notes a loss, and says whether the other connection was lost with it. Only the silent one has to wait for that. */
  async both(which: Which): Promise<boolean> {
    const at = this.#now();
    this.#last.set(which, at);
    const other = which === "silent" ? "active" : "silent";
    const together = () => Math.abs((this.#last.get(other) ?? -Infinity) - at) <= togetherMs;
    if (which === "silent" && !together()) await this.#pause(togetherMs);
    return together();
  }
}
