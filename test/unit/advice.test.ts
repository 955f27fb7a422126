import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { pulumiLine } from "../../infra/pulumi-command.ts";

const scripts = join(packageRoot, "templates/scripts");
const script = (name: string) => readFileSync(join(scripts, name), "utf8");

it("the host's advice and the program's name Pulumi's CLI by the same words", () => {
  const [, words] = /^PULUMI='(.*)'$/m.exec(script("head.sh")) ?? [];
  expect(`${words} up`).toBe(pulumiLine("up"));
});

it.each(readdirSync(scripts))("%s names it by that place alone", (name) => {
  const lines = script(name).split("\n");
  const advice = lines.filter(
    (line) => !/^ *#/.test(line) && /\bpulumi [a-z]/.test(line) && !line.includes("Written by `pulumi up`"),
  );
  expect(advice).toEqual([]);
});
