import type { HandshakeFailure } from "./failure.ts";

export type HopStatus = "ok" | "fail" | "not reached";

export interface HandshakeRow {
  /** The URL without its query; `ssh` for the log. */
  url: string;
  /** `name`, `tcp`, `tls`, `upgrade`, then the steps of the script, `close`, `log`. */
  hop: string;
  status: HopStatus;
  detail: string;
  /** Milliseconds this hop took; 0 where it was not reached. */
  ms: number;
}

export interface HandshakeReport {
  ok: boolean;
  rows: HandshakeRow[];
  /** One for each URL that failed, and one for the log; empty when `ok`. */
  failures: HandshakeFailure[];
  /** Milliseconds from the first dial to the last line of the log. */
  ms: number;
}

/** The report as a short table, the failures and what to do next below it. */
export function handshakeTable(_report: HandshakeReport): string {
  throw new Error("handshakeTable: to follow");
}
