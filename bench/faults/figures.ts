import Table from "cli-table3";
import pc from "picocolors";
import { ways } from "./cut.ts";
import type { Cut } from "./once.ts";

/** One line a cut, as it happens. */
export function sayCut(cut: Cut, of: number): void {
  const { number, way, at, failed, probes, recovered, served, fault } = cut;
  const line = `${number + 1}/${of} ${way} at ${(at / 1000).toFixed(1)} s: served ${served} after ${recovered.toFixed(1)} s, ${failed.length} of ${probes} handshakes failed`;
  console.error(fault ? pc.red(`${line}\n${fault}`) : line);
  for (const [failure, times] of kinds(cut)) console.error(pc.dim(`    ${times} × ${failure}`));
}

/** The figures, one row a way. Goes to stdout: everything else is progress. */
export function printFigures(cuts: readonly Cut[]): void {
  const head = [
    "cut by",
    "cuts",
    "handshakes",
    "failed",
    "served again, at most",
    "hosts lost",
    "next up failed",
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const way of ways)
    table.push(
      row(
        way,
        cuts.filter((cut) => cut.way === way),
      ),
    );
  table.push(row("all", cuts));
  console.log(table.toString());
}

function row(label: string, cuts: readonly Cut[]): (string | number)[] {
  const sum = (values: number[]) => values.reduce((one, other) => one + other, 0);
  return [
    label,
    cuts.length,
    sum(cuts.map(({ probes }) => probes)),
    sum(cuts.map(({ failed }) => failed.length)),
    `${Math.max(0, ...cuts.map(({ recovered }) => recovered)).toFixed(1)} s`,
    cuts.filter(({ lost }) => lost).length,
    cuts.filter(({ lost, fault }) => fault && !lost).length,
  ];
}

function kinds({ failed }: Cut): Map<string, number> {
  const times = new Map<string, number>();
  for (const { failure = "" } of failed) times.set(failure, (times.get(failure) ?? 0) + 1);
  return times;
}
