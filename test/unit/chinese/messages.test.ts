import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { explain } from "../../../operate/diagnose/explain/explain.ts";
import { messages } from "../../../operate/diagnose/explain/messages.ts";

/* docs/zh/messages.md has a row for each kind of message that `diagnose --explain` knows. */

const page = "docs/zh/messages.md";
const text = readFileSync(join(packageRoot, page), "utf8");
const rows = [...text.matchAll(/^\| `(.+?)` \| (.+) \| (.+) \|$/gm)].map(
  ([, message = "", means = "", worry = ""]) => ({ name: explain(message)?.name, message, means, worry }),
);

it("has the Chinese meaning of each kind, and whether to worry", () => {
  const han = /\p{Script=Han}/u;
  const told = new Set(
    rows.flatMap(({ name, means, worry }) => (han.test(means) && han.test(worry) ? [name] : [])),
  );
  const missing = messages.filter(({ name }) => !told.has(name));
  expect(missing.map(({ name, example }) => `${page}: no row for “${name}”, such as: ${example}`)).toEqual(
    [],
  );
});

it("has each kind once, and no message that `--explain` does not know", () => {
  expect(rows.filter(({ name }) => name === undefined).map(({ message }) => message)).toEqual([]);
  const twice = rows.filter(({ name }, i) => rows.findIndex((row) => row.name === name) < i);
  expect(twice.map(({ name, message }) => `${name}: ${message}`)).toEqual([]);
});
