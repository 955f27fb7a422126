import { WebSocket } from "ws";

export interface ProberRecord {
  /** Handshakes begun and ended. */
  made: number;
  /** What each failed one saw, with the milliseconds since the prober started. */
  failures: string[];
  /** Milliseconds from the dial to the upgrade of the slowest. */
  slowest: number;
}

/**
 * Opens a new WebSocket every so often, whatever became of those before, and closes it once it stands. So it sees each
 * moment in which a user would have been turned away.
 *
 * @example
 * await using prober = new Prober(testUrl);
 * await stack.up();
 * expect((await prober.stop()).failures).toEqual([]);
 */
export class Prober implements AsyncDisposable {
  readonly #url: string;
  readonly #record: ProberRecord = { made: 0, failures: [], slowest: 0 };
  readonly #open = new Set<Promise<void>>();
  readonly #started = performance.now();
  readonly #timer: NodeJS.Timeout;

  readonly #tls: { ca?: string };

  /**
   * @param everyMs milliseconds between two handshakes
   * @param tls the CA to trust, PEM, where it is not a public one
   */
  constructor(url: string, everyMs = 20, tls: { ca?: string } = {}) {
    this.#url = url;
    this.#tls = tls;
    this.#timer = setInterval(() => this.#begin(), everyMs);
  }

  /** Waits for those under way, and tells of all. */
  async stop(): Promise<ProberRecord> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    return this.#record;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #begin(): void {
    const probe = this.#probe().finally(() => this.#open.delete(probe));
    this.#open.add(probe);
  }

  async #probe(): Promise<void> {
    const began = performance.now();
    const failure = await handshake(this.#url, this.#tls);
    const took = performance.now() - began;
    this.#record.made += 1;
    this.#record.slowest = Math.max(this.#record.slowest, Math.round(took));
    if (failure) this.#record.failures.push(`${Math.round(began - this.#started)} ms: ${failure}`);
  }
}

/** Why it failed; nothing where it did not. */
function handshake(url: string, tls: { ca?: string }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { handshakeTimeout: 10_000, perMessageDeflate: false, ...tls });
    socket.on("error", (error) => resolve(error.message || "no connection"));
    socket.on("open", () => {
      resolve(undefined);
      socket.close();
      setTimeout(() => socket.terminate(), 1_000).unref();
    });
  });
}
