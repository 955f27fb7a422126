import { expect, it } from "vitest";
import { isShared, sharedProblems } from "../../../infra/settings/host-needs.ts";

it("a shared path may not hold the program that is started", () => {
  expect(sharedProblems(["data", "src"], "src/server.js")).toEqual([
    'backendShared: expected paths beside the program, found "src", which holds src/server.js, the file that is started; share a folder that holds data only',
  ]);
  expect(sharedProblems(["server.js"], "server.js")).toHaveLength(1);
  expect(sharedProblems(["serve", "data"], "server.js")).toEqual([]);
});

it.each([
  ["data", true],
  ["data/", true],
  ["data/db.sqlite", true],
  ["database", false],
])("%s is shared with data: %s", (path, is) => expect(isShared(path, ["data"])).toBe(is));
