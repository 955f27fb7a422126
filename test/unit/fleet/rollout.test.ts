import { expect, it } from "vitest";
import { type Beforehand, Run } from "../../../infra/fleet/rollout.ts";
import { type Rollout, rolloutOf } from "../../../infra/settings/fleet.ts";

const rollout = rolloutOf();
const changed: Beforehand = { serves: true, changes: true };

/** A run whose looks and proofs a test lets come in. */
function runOf(names: readonly string[], more: Partial<Rollout> = {}, serves = async (_: string) => true) {
  const said: string[] = [];
  const run = new Run({ ...rollout, parallel: 2, ...more }, (line) => said.push(line));
  const began: string[] = [];
  const refused: string[] = [];
  for (const name of names)
    void run.turnOf(name).then(
      () => began.push(name),
      (error: Error) => refused.push(error.message),
    );
  const hosts = names.map((name) => ({ name, plan: open<Beforehand>(), proof: open<string>() }));
  run.begin(
    hosts.map(({ name, plan, proof }) => ({
      name,
      planned: plan.promise,
      proven: proof.promise,
      serves: () => serves(name),
    })),
  );
  const of = (name: string) => {
    const host = hosts.find((each) => each.name === name);
    if (!host) throw new Error(`${name}: expected a host of the run`);
    return host;
  };
  return {
    began,
    said,
    refused,
    plan: (name: string, it = changed) => of(name).plan.settle(it),
    prove: (name: string) => of(name).proof.settle(""),
  };
}

function open<T>() {
  let settle: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

/** All that can happen without another event has happened. */
const quiet = () => new Promise((resolve) => setImmediate(resolve));

it("no host has its turn before every host is planned", async () => {
  const { began, plan } = runOf(["a", "b"]);
  plan("a");
  await quiet();
  expect(began).toEqual([]);
  plan("b");
  await quiet();
  expect(began).toEqual(["a"]);
});

it("no host has its turn where clients would be led elsewhere", async () => {
  const run = new Run(rollout, () => {});
  const began: string[] = [];
  void run.turnOf("a").then(() => began.push("a"));
  const entered = open<void>();
  run.begin(
    [{ name: "a", planned: Promise.resolve(changed), proven: Promise.resolve(), serves: async () => true }],
    entered.promise,
  );
  await quiet();
  expect(began).toEqual([]);
  entered.settle();
  await quiet();
  expect(began).toEqual(["a"]);
});

it("each batch waits for the proof of every host of the one before", async () => {
  const { began, plan, prove } = runOf(["a", "b", "c", "d"]);
  for (const name of ["a", "b", "c", "d"]) plan(name);
  await quiet();
  expect(began).toEqual(["a"]);
  prove("a");
  await quiet();
  expect(began).toEqual(["a", "b", "c"]);
  prove("b");
  await quiet();
  expect(began).not.toContain("d");
  prove("c");
  await quiet();
  expect(began).toContain("d");
});

it("a proof that never comes lets nobody else begin", async () => {
  const { began, plan, prove } = runOf(["a", "b", "c", "d"]);
  for (const name of ["a", "b", "c", "d"]) plan(name);
  prove("a");
  prove("b");
  await quiet();
  expect(began).toEqual(["a", "b", "c"]);
});

it("between two batches that change something it pauses, and says for whom", async () => {
  const { began, said, plan, prove } = runOf(["a", "b"], { pauseSeconds: 3600 });
  plan("a");
  plan("b");
  prove("a");
  await quiet();
  expect(began).toEqual(["a"]);
  expect(said).toEqual(["a proven; b in 3600 s."]);
});

it("where nothing changes on either side it does not pause", async () => {
  const { began, plan, prove } = runOf(["a", "b"], { pauseSeconds: 3600 });
  plan("a");
  plan("b", { serves: true, changes: false });
  prove("a");
  await quiet();
  expect(began).toEqual(["a", "b"]);
});

it("with maxUnavailable no more hosts are worked on at once than that", async () => {
  const { began, plan, prove } = runOf(["a", "b", "c"], { maxUnavailable: 1 });
  for (const name of ["a", "b", "c"]) plan(name);
  prove("a");
  await quiet();
  expect(began).toEqual(["a", "b"]);
});

it("nor does it go on where another host serves no longer, and says which", async () => {
  const up = new Set(["a", "b", "c"]);
  const { began, refused, plan, prove } = runOf(["a", "b", "c"], { maxUnavailable: 1 }, async (name) =>
    up.has(name),
  );
  for (const name of ["a", "b", "c"]) plan(name);
  await quiet();
  up.delete("c");
  prove("a");
  await quiet();
  expect(began).toEqual(["a"]);
  expect(refused[0]).toMatch(
    /^rollout\.maxUnavailable: expected at most 1 host without service, but c does not serve; b and later hosts were not changed\n {2}next: /,
  );
});

it("with maxUnavailable the first batch waits for the others as well, and hosts that serve nothing yet for none", async () => {
  const down = async () => false;
  const serving = runOf(["a", "b"], { maxUnavailable: 1 }, down);
  for (const name of ["a", "b"]) serving.plan(name);
  await quiet();
  expect(serving.began).toEqual([]);
  expect(serving.refused[0]).toMatch(/but b does not serve; a and later hosts were not changed/);
  const fresh = runOf(["a", "b"], { maxUnavailable: 1 }, down);
  for (const name of ["a", "b"]) fresh.plan(name, { serves: false, changes: true });
  await quiet();
  expect(fresh.began).toEqual(["a", "b"]);
});
