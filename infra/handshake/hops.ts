import { performance } from "node:perf_hooks";
import type { HandshakeRow } from "./report.ts";

/** The hops of one URL, in order: each is passed, or everything stops there. */
export class Hops {
  readonly rows: HandshakeRow[];
  #at = 0;
  #since = performance.now();

  constructor(url: string, hops: readonly string[]) {
    this.rows = hops.map((hop) => ({ url, hop, status: "not reached", detail: "", ms: 0 }));
  }

  /** The hop that is under way. */
  get current(): string {
    return this.rows[this.#at]?.hop ?? "";
  }

  pass(detail = ""): void {
    this.#settle("ok", detail);
  }

  /** The rest stays "not reached". */
  fail(detail: string): void {
    this.#settle("fail", detail);
    this.#at = this.rows.length;
  }

  #settle(status: "ok" | "fail", detail: string) {
    const row = this.rows[this.#at];
    if (!row) return;
    const now = performance.now();
    Object.assign(row, { status, detail, ms: Math.round(now - this.#since) });
    this.#since = now;
    this.#at += 1;
  }
}
