import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { commandText, factsText } from "../../infra/render/scripts.ts";
import { insideProgram } from "../../operate/diagnose/inside/program.ts";
import { statusProgram } from "../../operate/status/program.ts";

const folder = join(packageRoot, "templates/scripts");
/** GNU grep leaves early for `> /dev/null` too. */
const leaving = [
  /[^|]\| *grep (-[a-zA-Z]*q|.*> \/dev\/null)/,
  /[^|]\| *awk (?!.*END).*\bexit\b/,
  /[^|]\| *sed .*[;' ]q[;}' ]/,
];

// With `pipefail` the writer's broken pipe is the whole line's failure, and comes only when the reader was quicker.
it.each(readdirSync(folder))("%s pipes nothing into a reader that leaves at its first match", (name) => {
  const lines = readFileSync(join(folder, name), "utf8").split("\n");
  expect(lines.filter((line) => leaving.some((reader) => reader.test(line)))).toEqual([]);
});

const folders = [folder, join(packageRoot, "templates/diagnose")];
const texts = folders.flatMap((each) =>
  readdirSync(each).map((name) => readFileSync(join(each, name), "utf8")),
);
const functionsOf = (text: string) => [...text.matchAll(/^([a-z_0-9]+)\(\)/gm)].map(([, name = ""]) => name);
const functions = new Set(texts.flatMap(functionsOf));

// A word of the shell's own would be told by shellcheck; a function that another program has is told by nobody.
it.each([
  ["the host's command", commandText],
  ["the facts of a preview", factsText],
  ["what diagnose asks", insideProgram],
  ["what status asks", statusProgram],
])("%s has every function that it calls", (_, program) => {
  const text = program();
  const own = new Set(functionsOf(text));
  const called = text.replace(/(^|\s)#.*$/gm, "").match(/\b[a-z]+_[a-z_0-9]+\b(?!=)/g) ?? [];
  expect([...new Set(called)].filter((name) => functions.has(name) && !own.has(name))).toEqual([]);
});

// The host has them as one program, in which the last one of two with a name is the one that runs.
it("no two scripts define a function of the same name", () => {
  const steps = readdirSync(folder).filter((name) => name !== "facts-steps.sh"); // which replaces some on purpose
  const defined = steps.flatMap((name) =>
    [...readFileSync(join(folder, name), "utf8").matchAll(/^([a-z_0-9]+)\(\)/gm)].map(([, f]) => f),
  );
  expect(defined.filter((name, place) => defined.indexOf(name) !== place)).toEqual([]);
});
