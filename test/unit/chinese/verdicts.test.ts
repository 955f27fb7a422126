import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../infra/package-root.ts";
import { explanationText } from "../../../operate/diagnose/explain/explain.ts";
import { hopKinds } from "../../../operate/diagnose/hop-names.ts";
import { type Verdict, verdicts, worries } from "./verdicts.ts";

/* docs/zh/verdicts.md has the Chinese meaning of whatever `diagnose` can say, in the words of its code. */

const page = "docs/zh/verdicts.md";
const rows = new Map(
  [...readFileSync(join(packageRoot, page), "utf8").matchAll(/^\| `(.+?)` \| (.+) \|$/gm)].map(
    ([, said = "", meaning = ""]) => [said, meaning],
  ),
);

const lacking = (all: readonly Verdict[]) =>
  all
    .filter(({ text }) => !/\p{Script=Han}/u.test(rows.get(text) ?? ""))
    .map(({ text, at }) => `${page}: no row with a Chinese meaning for: ${text} (${at})`);

it("has the meaning of each verdict", () => {
  expect(verdicts().length).toBeGreaterThan(150);
  expect(lacking(verdicts())).toEqual([]);
});

it("has the meaning of each line about worry", () => {
  expect(lacking(worries())).toEqual([]);
});

it("has the meaning of each hop, in their order", () => {
  const hops = hopKinds.map(({ name }) => name);
  expect(lacking(hops.map((text) => ({ text, at: "operate/diagnose/hop-names.ts" })))).toEqual([]);
  const shown = [...rows.keys()].filter((row) => (hops as string[]).includes(row));
  expect(shown).toEqual(hops);
});

it("has no verdict that `diagnose` does not give any more", () => {
  const known = new Set([...verdicts(), ...worries()].map(({ text }) => text));
  const words = [...rows.keys()].filter((row) => row.includes(" ") && !row.startsWith("Healthy"));
  const others = ["Broken at …", "Could not see past …", ...statuses, ...hopKinds.map(({ name }) => name)];
  expect(words.filter((row) => !known.has(row) && !others.includes(row))).toEqual([]);
});

/** Those of a hop that are no single word. */
const statuses = ["not reached", "not asked", "not there"];

it("the page for users shows what `--explain` prints of their message", () => {
  const own = readFileSync(join(packageRoot, "docs/zh/websocket-errors.md"), "utf8");
  expect(own).toContain(explanationText("WebSocket is closed before the connection is established"));
});
