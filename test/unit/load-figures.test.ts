import { describe, expect, it } from "vitest";
import { halfAndMost, span } from "../../bench/load/table.ts";
import { together } from "../../bench/load/together.ts";
import { perConnection } from "../../bench/load/usage.ts";
import { percentile } from "../../bench/statistics.ts";

const nobody = { closed: {}, firstClosed: 0, lastClosed: 0, lastBack: 0, refused: 0, failed: 0, why: "" };

describe("the figures of a load run", () => {
  it("say how long half of them and all but one in a hundred took", () => {
    const times = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect([percentile(times, 50), percentile(times, 99), percentile([7], 99)]).toEqual([100, 198, 7]);
    expect(halfAndMost(times)).toBe("100.0 / 198.0 ms");
    expect(halfAndMost([])).toBe("–");
  });

  it("count what several processes saw as one", () => {
    const one = { ...nobody, closed: { 1012: 3 }, firstClosed: 2000, lastClosed: 9000, connected: 3 };
    const other = {
      ...nobody,
      closed: { 1012: 1, 1006: 1 },
      firstClosed: 1000,
      lastClosed: 4000,
      connected: 2,
    };
    const all = together([
      { ...one, handshakes: [1], back: [] },
      { ...other, why: "no", handshakes: [2], back: [3] },
    ]);
    expect(all).toMatchObject({ closed: { 1012: 4, 1006: 1 }, connected: 5, why: "no" });
    expect([all.handshakes, all.back, span(all.firstClosed, all.lastClosed)]).toEqual([[1, 2], [3], "8.0 s"]);
  });

  it("leave the clients' own share of the kernel's memory out", () => {
    const before = { nginx: 1000, backend: 2000, kernel: 3000, cpu: 0 };
    const after = { nginx: 2000, backend: 4000, kernel: 7000, cpu: 9 };
    expect(perConnection(before, after, 100)).toEqual({ nginx: 10, backend: 20, kernel: 30 });
  });
});
