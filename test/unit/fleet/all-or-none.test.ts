import { expect, it } from "vitest";
import { AllOrNone } from "../../../infra/fleet/all-or-none.ts";

/** All that can happen without another event has happened. */
const quiet = () => new Promise((resolve) => setImmediate(resolve));

/** Hosts whose verdicts come one after the other. */
function together(...names: string[]) {
  const all = new AllOrNone(names.length, async (name) => names.slice(0, names.indexOf(name)));
  const said: string[] = [];
  const prove = (name: string) => {
    const decided = all.memberOf(name).proven();
    void decided.then((why) => said.push(`${name}: ${why ?? "stays"}`));
    return decided;
  };
  return { all, said, prove, end: (name: string, text = "") => all.memberOf(name).ended(text) };
}

it("no release stays before every host is proven", async () => {
  const { said, prove, end } = together("a", "b");
  void prove("a");
  await quiet();
  expect(said).toEqual([]);
  void prove("b");
  await quiet();
  expect(said).toEqual(["a: stays"]);
  end("a");
  await quiet();
  expect(said).toEqual(["a: stays", "b: stays"]);
});

it("where one fails, those that were proven go back, and it waits for what they say", async () => {
  const { all, said, prove, end } = together("a", "b", "c");
  for (const name of ["a", "b"]) all.begin(name);
  void prove("a");
  const failed = all.memberOf("b").failed();
  await quiet();
  expect(said).toEqual(["a: host b failed"]);
  let over: string[] | undefined;
  void failed.then((lines) => {
    over = lines;
  });
  await quiet();
  expect(over).toBeUndefined();
  end("a", "reverted: release 1 serves on");
  await quiet();
  expect(over).toEqual(["a: reverted: release 1 serves on"]);
});

it("so does one that is proven only after that", async () => {
  const { all, said, prove, end } = together("a", "b");
  for (const name of ["a", "b"]) all.begin(name);
  const failed = all.memberOf("b").failed();
  void prove("a");
  await quiet();
  expect(said).toEqual(["a: host b failed"]);
  end("a", "back");
  expect(await failed).toEqual(["a: back"]);
});

it("two that fail at once do not wait for each other", async () => {
  const { all } = together("a", "b");
  for (const name of ["a", "b"]) all.begin(name);
  expect(await Promise.all(["a", "b"].map((name) => all.memberOf(name).failed()))).toEqual([[], []]);
});

it("the next batch begins with the proof, and does not wait for the verdict", async () => {
  const { all, prove } = together("a", "b");
  void prove("a");
  expect(await all.provenOf("a")).toBe("a");
});

it("one that fails by an error after its failed proof is told once: the others are waited for once", async () => {
  const { all, said, prove, end } = together("a", "b");
  for (const name of ["a", "b"]) all.begin(name);
  void prove("a");
  const member = all.memberOf("b");
  const [proof, error] = [member.failed(), all.memberOf("b").failed()];
  expect(error).toBe(proof);
  await quiet();
  expect(said).toEqual(["a: host b failed"]);
  end("a", "back");
  expect(await proof).toEqual(["a: back"]);
});
