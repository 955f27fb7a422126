export interface Holder {
  pid: number;
  /** When that process started, as the kernel counts it; empty where the system does not tell. */
  started: string;
  /** Host and process namespace: within one of them process numbers can be compared. */
  machine: string;
  host: string;
  /** When it took the lock, ISO 8601. */
  since: string;
  /** When it last showed that it lives, in milliseconds since 1970. */
  touched?: number;
  released?: boolean;
}

export interface LockOptions {
  /** Called once when the lock is held by another process. */
  onWait?: (holder: Holder & { folder: string }) => void;
  /** Milliseconds between two checks. Default 300. */
  poll?: number;
}

/**
 * Runs `work` while this process holds the lock that is `folder`; waits for a holder that lives, takes over from
 * one that died. Throws what `work` throws.
 *
 * @example await withLock(join(home, "lock"), build, { onWait: ({ pid }) => console.error(`waiting for ${pid}`) })
 */
export function withLock<T>(folder: string, work: () => Promise<T>, options?: LockOptions): Promise<T>;

/** Whether the process that wrote this entry still runs. */
export function isAlive(holder: Holder): boolean;

/** The entry that this process would write. */
export function self(): Holder;
