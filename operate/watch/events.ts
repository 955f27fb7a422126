/** Which of the two connections: one that pings all the time, one that never says a word after its token. */
export type Which = "active" | "silent";

/** Something that happened, and one line of `--json`. */
export type WatchEvent =
  /** `tries`: the number of the one that succeeded, counted from the loss; 0 where nothing was lost or failed before. */
  | { event: "connected"; connection: Which; tries: number }
  | { event: "lost"; connection: Which; cause: string; heldMs: number }
  /** `tries`: the number of this one, counted from the loss, or from the beginning. */
  | { event: "failed"; connection: Which; cause: string; tries: number }
  | { event: "pong"; ms: number }
  | { event: "alarm"; cause: string; lastedMs: number }
  | { event: "recovered"; lastedMs: number }
  /** The one that is served should have been renewed; users are served until it ends. */
  | { event: "certificate"; cause: string }
  | { event: "summary"; summary: Summary };

export interface Summary {
  seconds: number;
  /** Of the active connection, in percent of the time. */
  uptime: number;
  reconnects: number;
  pings: number;
  /** Milliseconds; undefined where nothing was answered. */
  p50?: number;
  p99?: number;
  alarms: number;
  connected: boolean;
}

export type Emit = (event: WatchEvent) => void;
