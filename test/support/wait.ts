import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
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
  let seen: unknown = new Error("it has not ended");
  const lookAgain = async () => {
    try {
      return await trueAnswer(look);
    } catch (error) {
      seen = error;
      throw new Error("again"); // p-retry gives up on some kinds of errors; here each of them means "not yet".
    }
  };
  const over = new AbortController();
  const looks = { retries: Number.POSITIVE_INFINITY, minTimeout: every, factor: 1, signal: over.signal };
  const end = setTimeout(within, undefined, { signal: over.signal }).then(() => {
    const found = seen instanceof Error ? seen.message : String(seen);
    throw new Error(`Waited ${within / 1000} s for ${awaited}. The last look: ${found}`, { cause: seen });
  });
  return Promise.race([pRetry(lookAgain, looks), end]).finally(() => over.abort());
}

async function trueAnswer<T>(look: () => T | Promise<T>): Promise<Exclude<T, false>> {
  const answer = await look();
  if (answer === false) throw new Error("not yet");
  return answer as Exclude<T, false>;
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
