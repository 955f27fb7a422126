import { expect, it } from "vitest";
import { takeOver } from "../../../infra/settings/take-over.ts";
import { sharedWithTaken, takenConflicts, takenData } from "../../../infra/settings/taken-data.ts";

const keys = (backendShared: string[], ...data: string[]) => ({ backendShared, takeOver: { data } });

it("data elsewhere comes to the shared path that it ends with, else to its last name, and is shared", () => {
  const all = keys(["storage/app", "data"], "data", "/home/ubuntu/old/storage/app", "/var/lib/geo/uploads");
  expect(takenData(all).map(({ path }) => path)).toEqual(["data", "storage/app", "uploads"]);
  expect(sharedWithTaken(all)).toEqual(["storage/app", "data", "uploads"]);
  expect(sharedWithTaken({ backendShared: ["data"] })).toEqual(["data"]);
});

it.each([
  [["data", "./uploads/", "/var/lib/geo/data"], true],
  [["data", "data"], false],
  [["../data"], false],
  [["/home/ubuntu"], false],
  [["/data"], false],
  [["/srv/../etc"], false],
  [["/home/ubuntu/geo/package.json"], false],
  ["data", false],
])("takeOver.data: %s is right: %s", (data, right) =>
  expect(takeOver.safeParse({ data }).success).toBe(right),
);

it.each([
  [keys([], "data", "/var/data"), "/var/data, found data, to which data comes as well"],
  [keys(["storage"], "storage/app"), "storage/app, found storage/app, which does not lie apart from storage"],
  [
    keys(["storage/app"], "/old/storage"),
    "/old/storage, found storage, which does not lie apart from storage/app",
  ],
])("refuses two that would come to one place: %j", (all, said) =>
  expect(takenConflicts(all)).toEqual([expect.stringContaining(said)]),
);

it("finds nothing wrong with folders that lie apart", () =>
  expect(takenConflicts(keys(["data", "uploads"], "data", "/var/lib/archive"))).toEqual([]));
