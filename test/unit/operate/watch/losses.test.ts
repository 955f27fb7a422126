import { expect, test } from "vitest";
import { lossOf } from "../../../../operate/watch/hold.ts";
import { Losses } from "../../../../operate/watch/losses.ts";

const broken = { seen: { url: "ws://host/ws", closeCode: 1006 } };
const loss = (which: "active" | "silent", alone: boolean) =>
  lossOf({ which, alone, heldMs: 20_000, read: "broken" }, broken);

test("silence is blamed only where the connection that pings stands", () => {
  expect(loss("silent", true)).toMatch(/and the one that pings was not: something on the way does not hold/);
  expect(loss("silent", false)).toBe(loss("active", true));
  expect(loss("silent", false)).toMatch(/^the connection broke after 20 s \(1006\): the backend crashed/);
});

test("both are lost together, whichever hears of it first", async () => {
  let now = 0;
  const clock = () => now;
  const first: Losses = new Losses(clock, async (ms) => {
    now += ms;
    await first.both("active");
  });
  expect(await first.both("silent")).toBe(true);

  const second = new Losses(clock, async (ms) => (now += ms));
  await second.both("active");
  expect(await second.both("silent")).toBe(true);
  now += 60_000;
  expect(await second.both("silent")).toBe(false);
});
