import { describe, expect, it, vi } from "vitest";
import { runningElsewhere, waitForRun } from "../../../infra/preview/wait-for-run.ts";
import { encoded, facts } from "./support.ts";

const owner = "acme/geo-system/prod/geo";
const step = "backend apply of ubuntu from 203.0.113.9, process 7, since 2026-11-25 04:12:44";
const busy = (text: string) => facts(`running\t${encoded(text)}`);

/** What an `up` finds that looks again and again, until `looks` are over; the last one stays. */
async function turn(lockWait: number, ...looks: ReturnType<typeof facts>[]) {
  const said: string[] = [];
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const gather = async () => {
      vi.advanceTimersByTime(30_000);
      return (looks.length > 1 ? looks.shift() : looks[0]) ?? facts();
    };
    return {
      found: await waitForRun(gather, { owner, lockWait, say: (line) => said.push(line), everyMs: 0 }),
      said,
    };
  } finally {
    vi.useRealTimers();
  }
}

describe("an `up` that finds a host", () => {
  it("where nobody is at work begins at once", async () => {
    const { found, said } = await turn(0, facts());
    expect([found.running, said]).toEqual([undefined, []]);
  });

  it("where another run is at work is refused, which names it and says what to do", async () => {
    const { found, said } = await turn(0, busy(step), facts());
    expect(said).toEqual([]);
    expect(runningElsewhere(found)).toEqual([
      expect.stringMatching(
        /^another run is at work on this host: backend apply of ubuntu from 203\.0\.113\.9, process 7, since .*npm run up -- --wait, or npx pulumi config set lockWait 600/,
      ),
    ]);
  });

  it("where another run is at work waits for it when it was told to, and says for whom", async () => {
    const { found, said } = await turn(60, busy(step), facts());
    expect(runningElsewhere(found)).toEqual([]);
    expect(said).toEqual([`Waiting for another run on this host, 60 s at most: ${step}`]);
  });

  it("waits no longer than it was told to", async () => {
    const { found } = await turn(60, busy(step));
    expect(runningElsewhere(found)).toHaveLength(1);
  });

  it("waits for what a run of its own stack left behind, without being told to", async () => {
    const { found } = await turn(0, busy(`${step}, for ${owner}`), facts());
    expect(runningElsewhere(found)).toEqual([]);
  });
});
