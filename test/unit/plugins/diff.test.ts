import { describe, expect, it } from "vitest";
import { diffProperties, equal } from "../../../sandbox/plugins/protocol/diff.ts";
import { Asset, type Properties, Secret, Unknown } from "../../../sandbox/plugins/protocol/values.ts";

const paths = (old: Properties, now: Properties) => {
  const diff = diffProperties(old, now, [...new Set([...Object.keys(old), ...Object.keys(now)])]);
  return Object.fromEntries([...diff].map(([path, { kind }]) => [path, kind]));
};

describe("the difference of two sets of properties", () => {
  it("is empty for the same values, however deep, and for what is missing on both sides", () => {
    const value = { a: [1, { b: "x" }], c: new Secret({ d: true }), e: null };
    expect(paths(value, structuredClone({ a: value.a, e: null }) as Properties)).toEqual({ c: "delete" });
    expect(paths(value, { a: [1, { b: "x" }], c: new Secret({ d: true }) })).toEqual({});
  });

  it("names what is new, gone and other by its path", () => {
    const old = { list: ["a", "b"], map: { x: 1, "a b": 1 }, gone: "1" };
    const now = { list: ["a", "c", "d"], map: { x: 2, "a b": 2 }, came: "1" };
    expect(paths(old, now)).toEqual({
      "list[1]": "update",
      "list[2]": "add",
      "map.x": "update",
      'map["a b"]': "update",
      gone: "delete",
      came: "add",
    });
  });

  it("stops at a value that changes its kind", () => {
    expect(paths({ a: ["x"] }, { a: "x" })).toEqual({ a: "update" });
  });

  it("does not look into secrets, and sees when something becomes one", () => {
    expect(paths({ a: new Secret({ b: 1 }) }, { a: new Secret({ b: 2 }) })).toEqual({ a: "update" });
    expect(paths({ a: "x" }, { a: new Secret("x") })).toEqual({ a: "update" });
  });

  it("takes an unknown value for a change", () => {
    expect(paths({ a: "x" }, { a: new Unknown() })).toEqual({ a: "update" });
    expect(paths({ a: ["x"] }, { a: new Unknown() })).toEqual({ a: "update" });
  });
});

describe("assets", () => {
  it("are the same by their content, wherever it lies", () => {
    const asset = (path: string, hash: string) => new Asset("asset", { path, hash });
    expect(equal(asset("/a", "1"), asset("/b", "1"))).toBe(true);
    expect(equal(asset("/a", "1"), asset("/a", "2"))).toBe(false);
    expect(equal(asset("/a", "1"), new Asset("archive", { path: "/a", hash: "1" }))).toBe(false);
  });
});
