import type { Operation } from "../protocol/resource.ts";
import { isProperties, type Properties, reveal } from "../protocol/values.ts";

/** How to reach one host by SSH, as the program gave it, defaults filled in. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  /** Socket of the SSH agent; else `SSH_AUTH_SOCK`. */
  agentSocketPath?: string;
  /** The public key the host must show, as in known_hosts: `ssh-ed25519 AAAA…`. Without it any key will do. */
  hostKey?: string;
  /** Further attempts after a first one that failed; -1: without end. */
  dialErrorLimit: number;
  /** Seconds for one attempt; 0: without end. */
  perDialTimeout: number;
}

export interface Connection extends Endpoint {
  proxy?: Endpoint;
}

export function readConnection(state: Properties): Connection {
  const connection = reveal(state.connection ?? null);
  if (!isProperties(connection)) throw new Error("connection: expected an object with a host");
  const proxy = connection.proxy ?? null;
  return { ...endpoint(connection), ...(isProperties(proxy) && { proxy: endpoint(proxy) }) };
}

function endpoint(given: Properties): Endpoint {
  const text = (name: string) => (typeof given[name] === "string" ? { [name]: given[name] } : {});
  const number = (name: string, missing: number) => {
    const value = given[name];
    return typeof value === "number" ? value : missing;
  };
  return {
    host: String(given.host ?? ""),
    user: String(given.user ?? "root"),
    port: number("port", 22),
    dialErrorLimit: number("dialErrorLimit", 10),
    perDialTimeout: number("perDialTimeout", 15),
    ...text("password"),
    ...text("privateKey"),
    ...text("privateKeyPassword"),
    ...text("agentSocketPath"),
    ...text("hostKey"),
  };
}

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
