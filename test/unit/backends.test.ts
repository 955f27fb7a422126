import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";
import { cases } from "../backends/cases.ts";
import { resultTable } from "../backends/results.ts";

const fixtures = join(packageRoot, "test/backends/fixtures");
const lockFiles = ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"];

describe("the backends that are deployed as they stand", () => {
  it("each repository has a case, and each case a repository", () => {
    expect([...new Set(cases.map(({ fixture }) => fixture))].sort()).toEqual(readdirSync(fixtures).sort());
  });

  it.each(cases)(
    "$name: a release number in its code, and a lock file that names no other registry",
    (backend) => {
      const folder = join(fixtures, backend.fixture);
      expect(readFileSync(join(folder, backend.release), "utf8")).toMatch(/release(: number)? = 1;/);
      const locks = readdirSync(folder).filter((name) => lockFiles.includes(name));
      expect(locks).toHaveLength(1);
      const urls = readFileSync(join(folder, String(locks[0])), "utf8").matchAll(/resolved"?:? "([^"]+)"/g);
      for (const [, url] of urls)
        if (url?.includes("://")) expect(url).toMatch(/^https:\/\/registry\.(npmjs|yarnpkg)\.(org|com)\//);
    },
  );

  it("the table says what was measured, and below it why a case failed", () => {
    const measured = { deployed: true, proven: "plain", handshakes: 480, failures: [], saw: "3 × 1012" };
    const failed = {
      ...measured,
      deployed: false,
      proven: "",
      handshakes: 0,
      saw: "",
      fault: "no lock file\n at",
    };
    const table = resultTable([
      { ...measured, backend: "a" },
      { ...failed, backend: "b|c" },
    ]);
    expect(table.split("\n").slice(2)).toEqual([
      "| a | yes | plain | 0 of 480 | 3 × 1012 |",
      "| b\\|c | no | – | – | – |",
      "",
      "- b|c: no lock file",
    ]);
  });
});
