import Table from "cli-table3";
import { number } from "../../infra/preview/number.ts";
import { percentile } from "../statistics.ts";

/** Figures of one case, by what they are. */
export type Figures = Record<string, string | number>;

/** A column for each case. */
export function print(columns: ReadonlyMap<string, Figures>): void {
  const rows = [...new Set([...columns.values()].flatMap((figures) => Object.keys(figures)))];
  const table = new Table({ head: ["", ...columns.keys()], style: { head: [], border: [] } });
  const shown = (value: string | number | undefined) =>
    typeof value === "number" ? number(value) : (value ?? "–");
  for (const row of rows) table.push([row, ...[...columns.values()].map((figures) => shown(figures[row]))]);
  console.log(table.toString());
}

/** `1.2 / 8.4 ms`: half of them, and all but one in a hundred, took no longer. */
export const halfAndMost = (times: readonly number[]) =>
  times.length === 0 ? "–" : `${percentile(times, 50).toFixed(1)} / ${percentile(times, 99).toFixed(1)} ms`;

export const span = (from: number, to: number) =>
  to && Number.isFinite(from) ? `${((to - from) / 1000).toFixed(1)} s` : "–";

export const kilobytes = (kib: number) => `${((kib * 1024) / 1000).toFixed(1)} kB`;
