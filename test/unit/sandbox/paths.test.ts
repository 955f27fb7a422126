import { describe, expect, it } from "vitest";
import { folder } from "../../../sandbox/host/paths.ts";

describe("the name of a sandbox", () => {
  it.each(["sandbox", "a", "test-2-b"])("may be %s", (name) => {
    expect(folder(name)).toMatch(new RegExp(`/hosts/${name}$`));
  });

  it.each(["", "..", "../x", "A", "1a", "-a", "a b", "a/b", "ä", "x".repeat(49)])(
    "must not be %j",
    (name) => {
      expect(() => folder(name)).toThrow(`found "${name}"`);
    },
  );
});
