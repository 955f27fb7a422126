import { expect, test } from "vitest";
import { checkNotes } from "../../../infra/preview/checks.ts";
import { facts } from "./support.ts";

// OLD, their connections and KiB; CURRENT, the same of them.
const notes = (...values: number[]) => checkNotes(facts(`workers\t${values.join("\t")}`));

test("says when another reload would leave more than a few old workers, and what they hold", () => {
  expect(notes(12, 600, 117_187, 2, 50, 19_532)).toEqual([
    "another reload of nginx would leave 14 old workers with 650 connections and 140.0 MB: 12 of earlier reloads still hold 600. Each ends with its last connection, or when workerShutdownTimeout is over",
  ]);
});

test("counts what serves now only where anybody is connected to it, since it ends at once otherwise", () => {
  expect(notes(4, 200, 40_000, 2, 0, 20_000)).toEqual([]);
  expect(notes(4, 200, 40_000, 2, 1, 20_000)).toHaveLength(1);
});

test("says nothing of a few, of many on a large host, or of none", () => {
  expect(notes(2, 100, 20_000, 2, 50, 20_000)).toEqual([]);
  expect(notes(8, 100, 80_000, 8, 50, 80_000)).toEqual([]);
  expect(checkNotes(facts())).toEqual([]);
});
