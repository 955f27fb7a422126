import { expect, test } from "vitest";
import { type Attempt, type Instance, proveInstances } from "../../../infra/handshake/instances.ts";

const shared = (...pids: number[]): Instance[] => pids.map((pid) => ({ pid, port: 3000 }));
const apart = (...pids: number[]): Instance[] => pids.map((pid, i) => ({ pid, port: 3000 + 2 * i }));

/** A port behind which these take turns, as in a cluster. */
function taking(turns: readonly number[], ill?: number) {
  let at = 0;
  return async (): Promise<Attempt> => {
    const pid = turns[at++ % turns.length] as number;
    return { met: new Set([pid]), failure: pid === ill ? "it refused the token" : undefined };
  };
}

test("processes that share a port are each met, in as few tries as the turns allow", async () => {
  expect(await proveInstances(shared(11, 12, 13), taking([11, 12, 13]))).toEqual({ met: 3, tries: 3 });
  // Somebody else's connections took the turns of 13.
  expect(await proveInstances(shared(11, 12, 13), taking([11, 12, 12, 11, 13]))).toMatchObject({ met: 3 });
});

test("one ill process of several is named, though the others pass", async () => {
  expect(await proveInstances(shared(11, 12), taking([11, 12], 12))).toMatchObject({
    failure: "instance 2 of 2 (process 12, port 3000): it refused the token",
    met: 1,
  });
});

test("one that hangs is among those that no other proof met", async () => {
  const turns = taking([11, 12, 13]);
  const attempt = async (): Promise<Attempt> => {
    const { met } = await turns();
    return met.has(12) ? { met: new Set(), failure: "nothing answered" } : { met };
  };
  expect((await proveInstances(shared(11, 12, 13), attempt)).failure).toBe(
    "instance 2 of 3 (process 12, port 3000): nothing answered",
  );
});

test("a process that takes no connection is named, after a bounded number of tries", async () => {
  expect(await proveInstances(shared(11, 12), taking([11]))).toEqual({
    failure:
      "met 1 of 2 instances in 20 connections, and never instance 2 of 2 (process 12, port 3000): it takes no connections, or is too busy to",
    met: 1,
    tries: 20,
  });
});

test("processes on ports of their own are each proven once, at their port", async () => {
  const dialled: number[] = [];
  const met = await proveInstances(apart(11, 12, 13), async (port) => {
    dialled.push(port);
    return { met: new Set<number>() };
  });
  expect(met).toEqual({ met: 3, tries: 3 });
  expect(dialled.sort()).toEqual([3000, 3002, 3004]);
});

test("of these, too, one that is ill is named", async () => {
  const attempt = async (port: number) => ({
    met: new Set<number>(),
    failure: port === 3002 ? "the backend closed the connection" : undefined,
  });
  expect((await proveInstances(apart(11, 12, 13), attempt)).failure).toBe(
    "instance 2 of 3 (process 12, port 3002): the backend closed the connection",
  );
});
