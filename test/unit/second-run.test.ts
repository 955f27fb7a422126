import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { counts, type FileResult, type Results } from "../results.ts";
import { combined, described, worthASecondRun } from "../second-run.ts";

const file = (name: string, ...statuses: string[]): FileResult => ({
  name: join(packageRoot, name),
  status: statuses.includes("failed") ? "failed" : "passed",
  message: "",
  assertionResults: statuses.map((status, i) => ({
    status,
    fullName: `story ${i + 1}`,
    failureMessages: status === "failed" ? ["no route to the host\n    at somewhere"] : [],
  })),
});
const results = (...files: FileResult[]): Results => new Map(files.map((one) => [one.name, one]));
const names = (files: readonly FileResult[]) => files.map(described);

describe("a second run of tests", () => {
  const site = file("test/host/site.test.ts", "passed", "failed");

  it("is for the files on hosts that failed, whole, with their first reason", () => {
    const first = results(site, file("test/host/backend.test.ts", "passed"));
    expect(names(worthASecondRun(first))).toEqual(["test/host/site.test.ts: story 2: no route to the host"]);
  });

  it("is not for pure logic, nor beside it: that fails again", () => {
    expect(worthASecondRun(results(site, file("test/unit/bundle.test.ts", "failed")))).toEqual([]);
    expect(worthASecondRun(results(site, file("examples/geo-backend/test/a.test.ts", "failed")))).toEqual([]);
  });

  it("is not for many: something is broken then", () => {
    const five = [1, 2, 3, 4, 5].map((i) => file(`test/host/${i}.test.ts`, "failed"));
    expect(worthASecondRun(results(...five))).toEqual([]);
    expect(worthASecondRun(results(...five.slice(1)))).toHaveLength(4);
  });

  it("is for a file that failed before its stories, which counts as a failure", () => {
    const setUp: FileResult = { ...file("test/host/site.test.ts", "skipped"), status: "failed" };
    const whole = { ...setUp, message: "The sandbox does not answer\n    at start" };
    expect(names(worthASecondRun(results(whole)))).toEqual([
      "test/host/site.test.ts: The sandbox does not answer",
    ]);
    expect(counts(results(whole))).toBe("0 passed, 1 failed, 1 skipped");
  });

  it("replaces what the first said of its files, and nothing else", () => {
    const first = results(site, file("test/host/backend.test.ts", "passed"));
    const mended = results(file("test/host/site.test.ts", "passed", "passed"));
    expect(counts(combined(first, mended))).toBe("3 passed, 0 failed");
    expect(counts(combined(first, results(site)))).toBe("2 passed, 1 failed");
  });
});
