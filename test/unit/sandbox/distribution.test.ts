import { describe, expect, it } from "vitest";
import { candidatesFor, systems } from "../../../sandbox/host/distribution.ts";

const found = (wanted?: string) => candidatesFor(wanted).map(({ system }) => system);

describe("a sandbox is made of", () => {
  it("Ubuntu 24.04, or Debian 12 where that is not reached", () => {
    expect(found()).toEqual(["ubuntu-24.04", "debian-12"]);
    expect(found("")).toEqual(["ubuntu-24.04", "debian-12"]);
  });

  it.each(systems)("%s, and nothing else, where that is wanted", (system) => {
    expect(found(system)).toEqual([system]);
  });

  it.each([
    ["ubuntu", "ubuntu-24.04"],
    ["debian", "debian-12"],
  ])("of the family %s: %s", (family, system) => {
    expect(found(family)).toEqual([system]);
  });

  it.each(["plan9", "ubuntu-20.04", "debian-"])(
    "not %s, which is refused by the names that there are",
    (wanted) => {
      expect(() => found(wanted)).toThrow(
        `expected one of ubuntu-24.04, ubuntu-22.04, ubuntu-26.04, debian-12, debian-13, found "${wanted}"`,
      );
    },
  );
});
