import { expect, test } from "vitest";
import { reconnectDelay } from "../../../../operate/watch/delay.ts";
import { line } from "../../../../operate/watch/event-text.ts";
import type { WatchEvent } from "../../../../operate/watch/events.ts";
import { Tally } from "../../../../operate/watch/tally.ts";
import { milliseconds } from "../../../../operate/watch/time.ts";

const minute = 60_000;

function watched(alarmAfterMs = 5 * minute) {
  const said: WatchEvent[] = [];
  return { said, tally: new Tally(alarmAfterMs, (event) => said.push(event), 0) };
}

const connected = (tries = 0): WatchEvent => ({ event: "connected", connection: "active", tries });
const lost: WatchEvent = { event: "lost", connection: "active", cause: "closed (1012)", heldMs: 1000 };
const failed: WatchEvent = { event: "failed", connection: "active", cause: "502", tries: 1 };

test("the delay: 1 s, doubled, at most 30 s, anywhere below that", () => {
  const longest = [1, 2, 3, 5, 6, 50].map((failures) => reconnectDelay(failures, () => 1));
  expect(longest).toEqual([1000, 2000, 4000, 16_000, 30_000, 30_000]);
  expect(reconnectDelay(3, () => 0.25)).toBe(1000);
});

test("the moment in which the first connection opens is no time down, where it comes about at once", () => {
  const { tally } = watched();
  tally.take(connected(), 200);
  expect(tally.summary(5_200)).toMatchObject({ uptime: 100, seconds: 5, connected: true });

  const late = watched().tally;
  late.take(failed, 1_000);
  late.take(connected(2), 5_000);
  expect(late.summary(10_000)).toMatchObject({ uptime: 50, seconds: 10 });
});

test("a loss that is mended in time is no alarm", () => {
  const { tally, said } = watched();
  tally.take(connected(), 0);
  tally.take(lost, minute);
  tally.tick(5 * minute);
  tally.take(connected(3), 5 * minute + 1);
  tally.tick(20 * minute);
  expect(said).toEqual([]);
  expect(tally.summary(10 * minute)).toMatchObject({ reconnects: 1, alarms: 0, connected: true, uptime: 60 });
});

test("errors for five minutes are one alarm, and their end is told", () => {
  const { tally, said } = watched();
  tally.take(connected(), 0);
  tally.take(lost, minute);
  tally.take(failed, 2 * minute);
  tally.tick(6 * minute - 1);
  expect(said).toEqual([]);
  tally.tick(6 * minute);
  tally.tick(7 * minute);
  expect(said).toEqual([{ event: "alarm", cause: "502", lastedMs: 5 * minute }]);
  tally.take(connected(9), 8 * minute);
  expect(said.at(-1)).toEqual({ event: "recovered", lastedMs: 7 * minute });
  expect(tally.summary(9 * minute)).toMatchObject({ alarms: 1, connected: true });
});

test("a service that was never there", () => {
  const { tally, said } = watched(minute);
  tally.take(failed, 0);
  tally.tick(minute);
  expect(said).toHaveLength(1);
  expect(tally.summary(2 * minute)).toMatchObject({ uptime: 0, connected: false });
});

test("percentiles", () => {
  const { tally } = watched();
  for (let ms = 1; ms <= 100; ms++) tally.take({ event: "pong", ms }, ms);
  expect(tally.summary(1000)).toMatchObject({ pings: 100, p50: 50, p99: 99 });
});

test("lines: quiet while all is well, and no flood while nothing is", () => {
  expect([connected(), { event: "pong", ms: 1 } as const].map(line)).toEqual([undefined, undefined]);
  expect(line(connected(2))).toBe("active: connected again, at try 2");
  expect(line(lost)).toBe("active: lost after 1 s: closed (1012)");
  const tries = Array.from({ length: 16 }, (_, i) => line({ ...failed, tries: i + 1 } as WatchEvent)).filter(
    Boolean,
  );
  expect(tries).toHaveLength(5);
});

test("times", () => {
  expect(["90s", "10m", "2h", "1d"].map((text) => milliseconds(text, "--for"))).toEqual([
    90_000, 600_000, 7_200_000, 86_400_000,
  ]);
  expect(() => milliseconds("10", "--for")).toThrow(
    "--for: expected a time such as 90s, 10m or 2h, found 10",
  );
});
