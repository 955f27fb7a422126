import { waitFor } from "../support/wait.ts";
import type { Client, Place, Seen } from "./clients/client.ts";

/** Users who stay connected over a release, each with what it saw. */
export class Held implements Disposable {
  readonly #seen: Seen[][] = [];
  readonly #clients: Disposable[];

  constructor(client: Client, place: Place, count: number) {
    this.#clients = Array.from({ length: count }, () => {
      const seen: Seen[] = [];
      this.#seen.push(seen);
      return client.stay(place, (what) => seen.push(what));
    });
  }

  /** Waits until each of them heard this release. */
  async reach(release: number, within: number): Promise<void> {
    const here = (seen: Seen[]) =>
      seen.some((what) => what.kind === "hello" && what.hello.release === release);
    await waitFor(
      `the clients that stay to be on release ${release}`,
      () => {
        const away = this.#seen.filter((seen) => !here(seen));
        if (away.length > 0) throw new Error(`${away.length} are not: ${JSON.stringify(away)}`);
      },
      { within },
    );
  }

  /** One line: how they were closed, and how long the slowest was away. */
  summary(): string {
    const losses = this.#seen.flatMap((seen) => seen.filter((what) => what.kind === "closed"));
    if (losses.length === 0) return `${this.#seen.length} clients, none was closed`;
    const ways = [...new Set(losses.map(({ how }) => how))];
    const counts = ways.map((way) => `${losses.filter(({ how }) => how === way).length} × ${way}`).join(", ");
    const away = Math.max(...this.#seen.map(longestAbsence));
    return `${counts}; back after ${(away / 1000).toFixed(1)} s`;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client[Symbol.dispose]();
  }
}

/** Milliseconds from a loss to the next hello. */
function longestAbsence(seen: readonly Seen[]): number {
  let lost: number | undefined;
  let longest = 0;
  for (const { kind, at } of seen) {
    if (kind === "closed") lost ??= at;
    else if (lost !== undefined) {
      longest = Math.max(longest, at - lost);
      lost = undefined;
    }
  }
  return longest;
}
