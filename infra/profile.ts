import { appendFileSync } from "node:fs";

/** One moment of a run, for `npm run bench -- --profile`. */
export interface Moment {
  event: string;
  /** Milliseconds, as of `Date`. */
  at: number;
  /** Seconds of processor that this process has used by then. */
  processor: number;
}

/** A moment of this process: `now` as of `performance.now()`, `usage` as of `process.cpuUsage()`. */
export interface Clock {
  now: number;
  usage: NodeJS.CpuUsage;
}

export const born: Clock = { now: 0, usage: { user: 0, system: 0 } };

/** Writes a moment down where GEO_SYSTEM_PROFILE names a file; costs nothing else. */
export function mark(event: string, clock?: Clock): void {
  const file = process.env.GEO_SYSTEM_PROFILE;
  if (!file) return;
  const { now, usage } = clock ?? { now: performance.now(), usage: process.cpuUsage() };
  const processor = (usage.user + usage.system) / 1e6;
  const moment: Moment = { event, at: performance.timeOrigin + now, processor };
  appendFileSync(file, `${JSON.stringify(moment)}\n`);
}
