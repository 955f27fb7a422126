import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { fewAtOnce } from "../../../infra/render/few-at-once.ts";

test("gives all results in their order, with no more than 64 under way", async () => {
  let running = 0;
  let most = 0;
  const items = Array.from({ length: 500 }, (_, i) => i);
  const results = await fewAtOnce(items, async (item) => {
    most = Math.max(most, ++running);
    await setTimeout(item % 3);
    running--;
    return item * 2;
  });
  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(64);
});

test("fails with the first error", async () => {
  const work = async (item: number) => {
    if (item === 2) throw new Error("two");
  };
  await expect(fewAtOnce([1, 2, 3], work)).rejects.toThrow("two");
  expect(await fewAtOnce([], work)).toEqual([]);
});
