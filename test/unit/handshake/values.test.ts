import { expect, test } from "vitest";
import { fill, fillPattern, type Json, match, placeholders } from "../../../infra/handshake/values.ts";

const values = new Map<string, Json>([
  ["token", "t.t.t"],
  ["id", 7],
  ["name", "a.b"],
]);

test("a text is filled; a text that is one name alone takes the value's type", () => {
  expect(fill({ a: "${id}", b: ["x ${id} y ${name}"], c: null, d: true }, values)).toEqual({
    a: 7,
    b: ["x 7 y a.b"],
    c: null,
    d: true,
  });
});

test("a name without a value is an error", () => {
  expect(() => fill("${nobody}", values)).toThrow("${nobody} has no value");
});

test("names are found at any depth", () => {
  expect(placeholders({ a: ["${one}", { b: "x${two}${one}" }], c: 1, d: null })).toEqual([
    "one",
    "two",
    "one",
  ]);
});

test("in a pattern the values stand for themselves", () => {
  const pattern = fillPattern("User ${name} \\(ID: ${id}\\)", values);
  expect(pattern.test("User a.b (ID: 7)")).toBe(true);
  expect(pattern.test("User axb (ID: 7)")).toBe(false);
});

const matching: [Json, Json, boolean][] = [
  [{ type: "a" }, { type: "a", more: 1 }, true],
  [{ type: "a" }, { type: "b" }, false],
  [{ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }, true],
  [{ a: 1 }, {}, false],
  [{ a: null }, {}, false],
  [{ a: null }, { a: null }, true],
  [{}, [], false],
  [[], [1], true],
  [[1], [2], false],
  [[{ a: 1 }], [{ a: 1, b: 2 }, 3], true],
  ["x ${id}", "x 7", true],
  ["${id}", 7, true],
  ["${id}", "7", false],
  [{ a: 1 }, "a", false],
  [{ toString: "x" }, {}, false],
  [1, 1, true],
];

test.each(matching)("%j against %j: %s", (expected, found, matches) => {
  expect(match(expected, found, values) !== undefined).toBe(matches);
});

test("a name that is not known yet takes what arrived, and must be the same from then on", () => {
  const known = match({ id: "${topic}", again: "${topic}" }, { id: { x: 1 }, again: { x: 1 } }, values);
  expect(known?.get("topic")).toEqual({ x: 1 });
  expect(match({ id: "${topic}", again: "${topic}" }, { id: 1, again: 2 }, values)).toBeUndefined();
  expect(match({ id: "${topic}" }, {}, values)).toBeUndefined();
  expect(values.has("topic")).toBe(false);
});
