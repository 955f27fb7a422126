import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { outputsVariable } from "../../../../infra/outputs-file.ts";
import { ReportedOutputs } from "../../../../operate/up/reported-outputs.ts";

it("what the program reported is read by the run that started it, and by no other user", () => {
  using reported = new ReportedOutputs();
  const file = reported.environment[outputsVariable];
  writeFileSync(file, "{}");
  expect(reported.read()).toBe("{}");
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
});

it("nothing is read where the program reported nothing, so that the CLI is asked", () => {
  using reported = new ReportedOutputs();
  expect(reported.read()).toBeUndefined();
});

it("nothing of it is left after the run", () => {
  const reported = new ReportedOutputs();
  const file = reported.environment[outputsVariable];
  writeFileSync(file, "{}");
  reported[Symbol.dispose]();
  expect(existsSync(dirname(file))).toBe(false);
});
