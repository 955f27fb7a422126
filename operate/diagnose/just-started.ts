import { setTimeout } from "node:timers/promises";
import { loopback } from "./healthy-text.ts";
import type { Inside } from "./inside/observed.ts";
import type { Observations } from "./observations.ts";
import type { Outside } from "./outside/observed.ts";
import { application } from "./rules/pm2.ts";

/** What inspecting the host found. */
export type InsideSeen = Pick<Observations, "askedAt" | "inside" | "blind" | "crashed" | "endedMeanwhile">;

/** Whether anything was seen of the moment before the backend was up: then all of it is to be seen again. */
export function tooEarly(within: InsideSeen, outside: Outside): boolean {
  const { inside } = within;
  if (!inside || !isYoung(inside)) return false;
  const failed = outside.flows.some(({ failure }) => failure) || (outside.page?.status ?? 0) >= 500;
  return failed || isStarting(inside) || !answersItself(within);
}

/**
 * A backend that was only just started is neither well nor broken: it is given five seconds. One look is not of one
 * moment, so the first that sees it listen may still have asked it before that: then there is one more.
 */
export async function settled(
  first: InsideSeen,
  look: () => Promise<InsideSeen>,
  patienceMs = 5_000,
): Promise<InsideSeen> {
  let seen = first;
  const until = Date.now() + patienceMs;
  while (seen.inside && isStarting(seen.inside) && Date.now() < until) {
    await setTimeout(300);
    seen = await look();
  }
  if (seen === first || !answersItself(seen)) seen = await look();
  return { ...seen, crashed: restarts(seen) !== restarts(first) };
}

const restarts = ({ inside }: InsideSeen) => inside && application(inside)?.restarts;

/** Whether the backend was started in the last ten seconds: what a client saw may have been the moment before. */
function isYoung(inside: Inside): boolean {
  const app = application(inside);
  return app?.status === "online" && inside.clock - app.startedAt < 10_000;
}

/** pm2 says `online` from the first moment on. */
const isStarting = (inside: Inside) =>
  isYoung(inside) && !inside.listens.some(({ port }) => port === inside.backend.port);

const answersItself = (seen: InsideSeen) => ["nginx", "backend"].every((to) => loopback(seen, to));
