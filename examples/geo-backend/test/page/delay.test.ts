import { expect, test } from "vitest";
import { delayAfter } from "../../public/delay.js";

const tries = [1, 2, 3, 4, 5, 6, 7, 100, 10_000];

test("is at most 1 s, doubled after each failure up to 30 s, for ever", () => {
  const longest = tries.map((failures) => delayAfter(failures, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
});

test("is anything down to nothing, so that not all clients come back at once", () => {
  expect(tries.map((failures) => delayAfter(failures, () => 0))).toEqual(tries.map(() => 0));
  expect(delayAfter(3, () => 0.5)).toBe(2_000);
});
