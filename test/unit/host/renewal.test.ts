import { expect, test } from "vitest";
import { isLate, renewalTrouble } from "../../../infra/host/renewal.ts";

const hour = 3_600_000;
const now = Date.UTC(2026, 11, 1, 12);
const at = (hours: number) => String((now + hours * hour) / 1000);
const timer = { enabled: true, active: true };
const last = { result: "ok", not_after: at(60), next: at(6.7) };
const failed = { ...last, result: "failed", failing_since: at(-2), words: "geo: caa: prevents issuance" };

test("a renewal that is not due, or just due, is no trouble", () => {
  expect(renewalTrouble({ timer, last }, now)).toBeUndefined();
  expect(renewalTrouble({ timer, last: { ...last, next: at(-2), not_after: at(51) } }, now)).toBeUndefined();
  expect(renewalTrouble({ timer }, now)).toBeUndefined();
});

test("a first failure is told with the CA's words, and lasts after a day", () => {
  expect(renewalTrouble({ timer, last: failed }, now)).toEqual({
    text: "the certificate could not be renewed since 2026-12-01 10:00 UTC; the one in use ends on 2026-12-04 00:00 UTC; reason: geo: caa: prevents issuance",
    lasting: false,
  });
  expect(renewalTrouble({ timer, last: { ...failed, failing_since: at(-25) } }, now)?.lasting).toBe(true);
});

test("one that never came lasts a day after it was due, for a shorter certificate half of its last third", () => {
  const never = { ...last, next: at(-25), not_after: at(28) };
  expect(renewalTrouble({ timer, last: never }, now)).toMatchObject({
    lasting: true,
    text: expect.stringMatching(/was due on 2026-11-30 11:00 UTC and has not come/),
  });
  expect(renewalTrouble({ last: { ...last, next: at(-0.6), not_after: at(0.4) } }, now)?.lasting).toBe(true);
});

test("a timer that is off renews nothing", () => {
  expect(renewalTrouble({ timer: { enabled: true, active: false }, last }, now)).toMatchObject({
    lasting: true,
    text: "the certificate will not be renewed: geo-system-acme.timer is not running on the host",
  });
});

test.each([
  [160, 60, false],
  [160, 28, true],
  [90 * 24, 29.5 * 24, false],
  [90 * 24, 28 * 24, true],
  [397 * 24, 20 * 24, false],
  [397 * 24, 13 * 24, true],
])("of %i hours, %i left: late is %s", (lifetime, left, late) => {
  const ends = now + left * hour;
  expect(isLate({ begins: ends - lifetime * hour, ends }, now)).toBe(late);
});
