import { connect } from "node:net";
import pRetry from "p-retry";

export interface WaitOptions {
  /** Milliseconds; default 10,000. */
  within?: number;
  /** Milliseconds between two looks; default 100. */
  every?: number;
}

/**
 * Looks again and again until `look` neither throws nor answers `false`, and returns its answer. What the error
 * says: what was awaited, for how long, and what the last look found.
 *
 * @example await waitFor("nginx to listen on 80", () => host.run("ss -Hltn sport = :80 | grep ."), { within: 5000 })
 */
export async function waitFor<T>(
  awaited: string,
  look: () => T | Promise<T>,
  { within = 10_000, every = 100 }: WaitOptions = {},
): Promise<Exclude<T, false>> {
  const seen = async () => {
    const answer = await look();
    if (answer === false) throw new Error("not yet");
    return answer as Exclude<T, false>;
  };
  const limits = { retries: Number.POSITIVE_INFINITY, minTimeout: every, factor: 1, maxRetryTime: within };
  return pRetry(seen, limits).catch((error: Error) => {
    throw new Error(`Waited ${within / 1000} s for ${awaited}. The last look: ${error.message}`, {
      cause: error,
    });
  });
}

/** Waits until something answers at a port. */
export function untilPortOpens(address: string, port: number, options?: WaitOptions): Promise<void> {
  return waitFor(`${address} to listen on ${port}`, () => dial(address, port), options);
}

/** Waits until nothing answers at a port any more. */
export async function untilPortCloses(address: string, port: number, options?: WaitOptions): Promise<void> {
  const closed = () =>
    dial(address, port).then(
      () => false,
      () => true,
    );
  await waitFor(`${address} to close port ${port}`, closed, options);
}

/** Waits until a command prints what matches. `run` is a host's. */
export function untilPrints(
  run: (command: string) => Promise<string>,
  command: string,
  pattern: RegExp,
  options?: WaitOptions,
): Promise<string> {
  const look = async () => {
    const text = await run(command);
    if (!pattern.test(text)) throw new Error(`it printed ${JSON.stringify(text)}`);
    return text;
  };
  return waitFor(`"${command}" to print ${pattern}`, look, options);
}

function dial(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: 1000 });
    socket.once("timeout", () => socket.destroy(new Error(`${address}:${port}: no answer within 1 s`)));
    socket.once("error", reject);
    socket.once("connect", () => socket.destroy());
    socket.once("connect", resolve);
  });
}
