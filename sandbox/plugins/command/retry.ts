import type { Operation } from "../protocol/resource.ts";

/**
 * Repeats `attempt` until it succeeds, with growing pauses (0.1 s to 5 s), at most `limit` times after the
 * first. Throws the last error, with the number of attempts; at once when the run is cancelled.
 */
export async function dialWithRetry<Result>(
  what: string,
  limit: number,
  operation: Pick<Operation, "log" | "cancelled">,
  attempt: () => Promise<Result>,
): Promise<Result> {
  let pause = 100;
  for (let failed = 0; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (operation.cancelled.aborted) throw new Error("context canceled");
      if (limit > -1 && failed >= limit) throw failedAfter(failed, error);
      await operation.log.status(`${what} ${failed + 1}/${limit === -1 ? "inf" : limit} failed: retrying`);
    }
    await wait(pause, operation.cancelled);
    pause = Math.min(pause * 1.5, 5000);
  }
}

function failedAfter(attempts: number, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`after ${attempts} failed attempts: ${reason}`);
}

function wait(milliseconds: number, cancelled: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Error("context canceled"));
    };
    const timer = setTimeout(() => {
      cancelled.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    cancelled.addEventListener("abort", stop, { once: true });
  });
}
