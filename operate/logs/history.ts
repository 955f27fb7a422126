import { ownTime } from "./own-time.ts";
import type { LogRecord, Source } from "./records.ts";

/** A line as it is shown. */
export interface Entry {
  source: Source;
  /** In milliseconds since 1970. */
  at: number;
  /** Whether `at` is only the latest that it can be: neither the line nor one before it is known to have a time. */
  vague?: true;
  line: string;
}

export interface Selection {
  /** How many lines of each log. */
  lines: number;
  /** Nothing older than so many milliseconds, by the host's clock. */
  sinceMs?: number | undefined;
  /** Only what this lets through. */
  wanted: (line: string) => boolean;
}

/** What the logs held before: the last lines of each, together in the order of time. */
export function history(records: readonly LogRecord[], { lines, sinceMs, wanted }: Selection): Entry[] {
  const zone = records.find((each) => each.kind === "zone")?.zone ?? "+00:00";
  const now = records.find((each) => each.kind === "ready")?.now ?? Date.now();
  const since = sinceMs === undefined ? 0 : now - sinceMs;
  return records
    .flatMap((each) => (each.kind === "log" ? [each] : []))
    .flatMap(({ source, written }) => {
      const old = records.flatMap((each) =>
        each.kind === "old" && each.source === source ? [each.line] : [],
      );
      const entries = timed(old, { source, written, zone });
      return entries.filter(({ at, line }) => at >= since && wanted(line)).slice(-lines);
    })
    .sort((a, b) => a.at - b.at); // Stable: lines of one log keep their order.
}

interface Log {
  source: Source;
  written: number;
  zone: string;
}

/**
 * A line without a time belongs to the one before it, as in a stack trace. Those before the first time are no later than
 * that one, else than what was last written.
 */
function timed(lines: readonly string[], { source, written, zone }: Log): Entry[] {
  const read = lines.map((line) => ({ line, own: ownTime(line, zone) }));
  const first = read.find(({ own }) => own)?.own?.at ?? written;
  let last: number | undefined;
  return read.map(({ line, own }) => {
    last = own?.at ?? last;
    if (last === undefined) return { source, at: first, vague: true, line };
    return { source, at: last, line: own?.line ?? line };
  });
}

/** A line that has just come: by its own time where it has one. */
export function arrived({ source, at, line }: Omit<Entry, "vague">, zone: string): Entry {
  return { source, at, line, ...ownTime(line, zone) };
}
