import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { argumentsPage } from "../../../schema/arguments-page.ts";

const page = argumentsPage((path) => readFileSync(join(packageRoot, path), "utf8"));

// `--update` writes it.
test("docs/arguments.md is what the comments of the arguments say", async () => {
  await expect(page).toMatchFileSnapshot(join(packageRoot, "docs/arguments.md"));
});

test("each argument says what it is, or is called as one that does", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const silent = rows
    .filter((line) => / \| {1,2}\|$/.test(line))
    .map((line) => /^\| `(\w+)`/.exec(line)?.[1]);
  const told = new Set(
    rows.filter((line) => !/ \| {1,2}\|$/.test(line)).map((line) => /^\| `(\w+)`/.exec(line)?.[1]),
  );
  const ofOneBackend = (name = "") =>
    told.has(name) || told.has(`backend${name[0]?.toUpperCase()}${name.slice(1)}`);
  expect(silent.filter((name) => !ofOneBackend(name))).toEqual([]);
});
