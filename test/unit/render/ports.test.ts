import { describe, expect, it } from "vitest";
import { nextSet } from "../../../infra/render/ports.ts";

describe("the next release", () => {
  const sets = { a: [3000, 3002], b: [3001, 3003] };

  it.each([
    ["b", "of a host without one", undefined],
    ["b", "after one on set a", { set: "a", ports: [3000, 3002] }],
    ["a", "after one on set b", { set: "b", ports: [3001, 3003] }],
    ["a", "after one whose ports were not written down", { set: "b" }],
    ["a", "after one on other ports", { set: "a", ports: [4000] }],
    ["a", "after one on other ports, which were set b", { set: "b", ports: [4001] }],
    ["b", "after one on some ports of set a", { set: "a", ports: [3002, 3004] }],
    ["a", "after one on what is now the other set", { set: "a", ports: [3001, 3003] }],
  ] as const)("goes to set %s %s", (next, _, inUse) => {
    expect(nextSet(sets, inUse)).toBe(next);
  });
});
