import type { Client, Place } from "./clients/client.ts";

/** New users all the time, whatever became of those before: who is turned away during a release is counted. */
export class Visitors implements AsyncDisposable {
  readonly failures: string[] = [];
  made = 0;
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #started = performance.now();

  /** @param everyMs milliseconds between two of them */
  constructor(client: Client, place: Place, everyMs = 50) {
    this.#timer = setInterval(() => {
      const visit = this.#visit(client, place).finally(() => this.#open.delete(visit));
      this.#open.add(visit);
    }, everyMs);
  }

  /** Waits for those under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #visit(client: Client, place: Place): Promise<void> {
    const at = Math.round(performance.now() - this.#started);
    try {
      await client.visit(place);
    } catch (error) {
      this.failures.push(`${at} ms: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.made += 1;
  }
}
