import { performance } from "node:perf_hooks";
import type { HandshakeRow, HopStatus, Subject } from "./report.ts";

export interface Hop {
  name: string;
  about?: Subject;
}

/** The hops of one URL, in order: each is passed, or everything stops there. */
export class Hops {
  readonly rows: HandshakeRow[];
  #at = 0;
  #since = performance.now();

  constructor(url: string, hops: readonly Hop[]) {
    this.rows = hops.map(({ name, about }) => ({
      ...{ url, hop: name, status: "not reached", detail: "", ms: 0 },
      ...(about && { about }),
    }));
  }

  /** The hop that is under way. */
  get current(): string {
    return this.rows[this.#at]?.hop ?? "";
  }

  pass(detail = ""): void {
    this.#settle("ok", detail);
  }

  /** Where this is the hop under way: a second connection passes none. */
  passNamed(hop: string, detail = ""): void {
    if (this.current === hop) this.pass(detail);
  }

  warn(detail: string): void {
    this.#settle("warn", detail);
  }

  unasked(detail: string): void {
    this.#settle("not asked", detail);
  }

  /** The rest stays "not reached". */
  fail(detail: string): void {
    this.#settle("fail", detail);
    this.#at = this.rows.length;
  }

  #settle(status: HopStatus, detail: string) {
    const row = this.rows[this.#at];
    if (!row) return;
    const now = performance.now();
    Object.assign(row, { status, detail, ms: Math.round(now - this.#since) });
    this.#since = now;
    this.#at += 1;
  }
}

/**
 * Rows for what is not asked.
 *
 * @param told what is known of a subject all the same
 */
export function notAsked(
  url: string,
  subjects: readonly Subject[],
  told: Partial<Record<Subject, string>> = {},
): HandshakeRow[] {
  return subjects.map((about) => ({
    ...{ url, hop: about, about, status: "not asked", ms: 0 },
    detail: told[about] ?? "",
  }));
}
