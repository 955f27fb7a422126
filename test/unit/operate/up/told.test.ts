import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { toldFile } from "../../../../infra/told-outputs.ts";
import { Told } from "../../../../operate/up/told.ts";

it("what the program told is read by the run that started it, and by no other user", () => {
  using told = new Told();
  const file = told.environment[toldFile];
  writeFileSync(file, "{}");
  expect(told.read()).toBe("{}");
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
});

it("nothing is read where the program told nothing, so that the CLI is asked", () => {
  using told = new Told();
  expect(told.read()).toBeUndefined();
});

it("nothing of it is left after the run", () => {
  const told = new Told();
  const file = told.environment[toldFile];
  writeFileSync(file, "{}");
  told[Symbol.dispose]();
  expect(existsSync(dirname(file))).toBe(false);
});
