import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { duration, progress } from "../../../sandbox/toolchain/progress.ts";

describe("the progress of a long task", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const lines = (terminal: boolean) => {
    const said: string[] = [];
    const task = {
      set output(line: string) {
        said.push(line);
      },
    };
    using line = progress(task, terminal);
    line.say("412 of 1682 packages");
    vi.advanceTimersByTime(60_000);
    return said;
  };

  it("is fresh every second on a terminal", () => {
    expect(lines(true)).toHaveLength(60);
  });

  it("is a line every half minute in a log, with the time that has passed", () => {
    expect(lines(false)).toEqual(["412 of 1682 packages, 30 s", "412 of 1682 packages, 1 min 0 s"]);
  });

  it("says times as people do", () => {
    expect([0, 59_400, 59_600, 214_000].map(duration)).toEqual(["0 s", "59 s", "1 min 0 s", "3 min 34 s"]);
  });
});
