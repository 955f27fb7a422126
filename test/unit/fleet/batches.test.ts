import { describe, expect, it } from "vitest";
import { batchesOf } from "../../../infra/fleet/batches.ts";

const serving = (name: string) => ({ name, serves: true });
const idle = (name: string) => ({ name, serves: false });

describe("the batches of a rollout", () => {
  it.each([
    [{ canary: 1, parallel: 1 }, [["a"], ["b"], ["c"], ["d"]]],
    [{ canary: 1, parallel: 2 }, [["a"], ["b", "c"], ["d"]]],
    [{ canary: 2, parallel: 1 }, [["a", "b"], ["c"], ["d"]]],
    [{ canary: 0, parallel: 3 }, [["a", "b", "c"], ["d"]]],
    [{ canary: 9, parallel: 1 }, [["a", "b", "c", "d"]]],
    [{ canary: 1, parallel: 3, maxUnavailable: 2 }, [["a"], ["b", "c"], ["d"]]],
    [{ canary: 3, parallel: 3, maxUnavailable: 1 }, [["a"], ["b"], ["c"], ["d"]]],
  ])("with %j of four hosts", (rollout, batches) => {
    expect(batchesOf(["a", "b", "c", "d"].map(serving), rollout)).toEqual(batches);
  });

  it("begin with the hosts that serve nobody, all at once", () => {
    const hosts = [serving("a"), idle("b"), serving("c"), idle("d")];
    expect(batchesOf(hosts, { canary: 1, parallel: 2 })).toEqual([["b", "d"], ["a"], ["c"]]);
  });

  it("are one where nobody is served yet", () => {
    expect(batchesOf([idle("a"), idle("b")], { canary: 1, parallel: 1 })).toEqual([["a", "b"]]);
  });
});
