import { describe, expect, it, test } from "vitest";
import type { Inside } from "../../../../operate/diagnose/inside/observed.ts";
import { settled, tooEarly } from "../../../../operate/diagnose/just-started.ts";
import { failing, inside, outside } from "./support/healthy.ts";

const startedAgo = (ms: number, changes: Partial<Inside> = {}): Inside => {
  const applications = inside.backend.applications?.map((app) => ({ ...app, startedAt: inside.clock - ms }));
  return { ...inside, backend: { ...inside.backend, ...(applications && { applications }) }, ...changes };
};
const refused = inside.loopback.map((each) => ({ ...each, answer: "no connection" }));

describe("what is seen again of a backend that was started a second ago", () => {
  const page = { status: 502, server: "nginx", location: "", body: "" };
  const failure = { hop: "upgrade", cause: "502", seen: { url: "ws://x/ws", status: 502 } };
  it.each([
    ["it does not listen yet", startedAgo(1000, { listens: [] }), outside],
    ["the host itself was not answered", startedAgo(1000, { loopback: refused }), outside],
    ["the page was an error", startedAgo(1000), { ...outside, page }],
    ["a client failed", startedAgo(1000), failing(failure)],
  ])("%s", (_, host, seen) => {
    expect(tooEarly({ inside: host }, seen)).toBe(true);
  });

  it("is nothing where all was well, or it is old, or was not asked", () => {
    expect(tooEarly({ inside: startedAgo(1000) }, outside)).toBe(false);
    expect(tooEarly({ inside: startedAgo(60_000, { loopback: refused }) }, failing(failure))).toBe(false);
    expect(tooEarly({}, failing(failure))).toBe(false);
  });
});

test("it is looked at until it listens, and once more for what was seen before that", async () => {
  const looks = [startedAgo(1000, { loopback: refused }), startedAgo(1500)];
  const first = { inside: startedAgo(500, { listens: [], loopback: refused }) };
  const last = await settled(first, async () => ({ inside: looks.shift() as Inside }));
  expect(last).toEqual({ inside: startedAgo(1500), crashed: false });
});

test("it is looked at once more where it listens already", async () => {
  const last = await settled({ inside: startedAgo(500, { loopback: refused }) }, async () => ({
    inside: startedAgo(900),
  }));
  expect(last.inside?.loopback).toEqual(inside.loopback);
});
