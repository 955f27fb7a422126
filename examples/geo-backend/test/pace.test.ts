import { expect, test } from "vitest";
import { Pace, type ProcessorTime } from "../src/pace.ts";

/** Processors of which this share is free in every interval to come. */
function processors(share: () => number) {
  const time: ProcessorTime = { free: 0, all: 0 };
  return () => {
    time.all += 1000;
    time.free += 1000 * share();
    return { ...time };
  };
}

test("clients are asked at the wanted pace as long as the host has time to spare", async () => {
  const pace = new Pace(
    10,
    processors(() => 0.5),
  );
  const start = performance.now();
  for (let i = 0; i < 60; i++) await pace.turn();
  expect(pace.pause).toBe(10);
  expect(performance.now() - start).toBeGreaterThan(550);
});

test("more slowly while the processors are busy, and as before when they are not", async () => {
  let free = 0;
  const pace = new Pace(
    5,
    processors(() => free),
  );
  const pauses = async (turns: number) => {
    const seen = [];
    for (let i = 0; i < turns; i++) {
      await pace.turn();
      seen.push(pace.pause);
    }
    return seen;
  };
  expect(Math.max(...(await pauses(110)))).toBeGreaterThanOrEqual(20);
  free = 0.9;
  expect((await pauses(120)).at(-1)).toBe(5);
});
