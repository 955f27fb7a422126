import type { Facts } from "../host/facts.ts";
import { isMany } from "../host/old-workers.ts";
import { bytesText } from "./data.ts";

/** A worker that a reload replaces stays with its connections: says so where another reload would leave more than a few. */
export function workerNotes({ workers }: Facts): string[] {
  if (!workers) return [];
  const { old, current } = workers;
  const stay = current.connections > 0 ? [old, current] : [old];
  const sum = (of: keyof typeof old) => stay.reduce((all, each) => all + each[of], 0);
  if (!isMany(sum("count"), current.count)) return [];
  return [
    `another reload of nginx would leave ${sum("count")} old workers with ${sum("connections")} connections and ${bytesText(sum("kib") * 1024)}: ${old.count} of earlier reloads still hold ${old.connections}. Each ends with its last connection, or when workerShutdownTimeout is over`,
  ];
}
