import { expect, it } from "vitest";
import { type Beforehand, Run } from "../../../infra/fleet/rollout.ts";

const changed: Beforehand = { serves: true, changes: true };

/** A run whose looks and proofs a test lets come in. */
function runOf(names: readonly string[], pauseSeconds = 0) {
  const said: string[] = [];
  const run = new Run({ canary: 1, parallel: 2, pauseSeconds }, (line) => said.push(line));
  const began: string[] = [];
  for (const name of names) void run.turnOf(name).then(() => began.push(name));
  const hosts = names.map((name) => ({ name, plan: open<Beforehand>(), proof: open<string>() }));
  run.begin(hosts.map(({ name, plan, proof }) => ({ name, planned: plan.promise, proven: proof.promise })));
  const of = (name: string) => {
    const host = hosts.find((each) => each.name === name);
    if (!host) throw new Error(`${name}: expected a host of the run`);
    return host;
  };
  return {
    began,
    said,
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
  const run = new Run({ canary: 1, parallel: 1, pauseSeconds: 0 }, () => {});
  const began: string[] = [];
  void run.turnOf("a").then(() => began.push("a"));
  const entered = open<void>();
  run.begin([{ name: "a", planned: Promise.resolve(changed), proven: Promise.resolve() }], entered.promise);
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
  const { began, said, plan, prove } = runOf(["a", "b"], 3600);
  plan("a");
  plan("b");
  prove("a");
  await quiet();
  expect(began).toEqual(["a"]);
  expect(said).toEqual(["a proven; b in 3600 s."]);
});

it("where nothing changes on either side it does not pause", async () => {
  const { began, plan, prove } = runOf(["a", "b"], 3600);
  plan("a");
  plan("b", { serves: true, changes: false });
  prove("a");
  await quiet();
  expect(began).toEqual(["a", "b"]);
});
