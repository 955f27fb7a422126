import { setTimeout } from "node:timers/promises";
import WebSocket from "ws";

/** One opening handshake, in milliseconds of `performance.now()`. */
export interface Probe {
  start: number;
  end: number;
  /** What a client saw; absent where it got in. */
  failure?: string;
}

/** A span in which the host could not be reached, because that was the cut. */
export interface Outage {
  start: number;
  end: number;
}

const everyMs = 50;
const timeoutMs = 5000;

/** Opens a WebSocket again and again, each with a handshake of its own, until it is stopped or its block ends. */
export class Prober implements AsyncDisposable {
  readonly probes: Probe[] = [];
  private readonly url: string;
  private readonly stopped = new AbortController();
  private readonly open = new Set<Promise<void>>();

  constructor(url: string) {
    this.url = url;
    void this.run();
  }

  /** Ends it, and returns all that it saw. */
  async stop(): Promise<readonly Probe[]> {
    this.stopped.abort();
    await Promise.all(this.open);
    return this.probes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      // The next one does not wait for this one: a client that hangs must not hide those that come meanwhile.
      const one = probe(this.url).then((seen) => void this.probes.push(seen));
      this.open.add(one);
      void one.finally(() => this.open.delete(one));
      await setTimeout(everyMs);
    }
  }
}

/** One opening handshake. A failure is an answer, not an error. */
export function probe(url: string): Promise<Probe> {
  const start = performance.now();
  const socket = new WebSocket(url, { handshakeTimeout: timeoutMs });
  return new Promise((resolve) => {
    const seen = (failure?: string) =>
      resolve({ start, end: performance.now(), ...(failure && { failure }) });
    socket.once("open", () => {
      seen();
      socket.close();
    });
    socket.once("error", (error: Error & { code?: string }) =>
      seen(error.message || error.code || "unknown"),
    );
  });
}

/** The handshakes that failed though the host could be reached all the time that they took. */
export function failures(probes: readonly Probe[], outage?: Outage): Probe[] {
  const within = ({ start, end }: Probe) => outage !== undefined && start < outage.end && end > outage.start;
  return probes.filter((probe) => probe.failure && !within(probe));
}
