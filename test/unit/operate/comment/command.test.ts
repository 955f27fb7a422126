import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";
import { packageRoot } from "../../../../infra/package-root.ts";
import { summary } from "../../../../operate/preview/summary.ts";
import { made } from "../preview/support/made.ts";
import { GitHubStandIn } from "./support/github.ts";

const folder = mkdtempSync(join(tmpdir(), "comment-"));
const file = join(folder, "summary.md");
writeFileSync(file, summary(made([]), { stack: "prod" }));
afterAll(() => rmSync(folder, { recursive: true }));

/** Several programs start, on a machine that may have much else to do. */
const minute = 60_000;

const run = (env: Record<string, string>, ...args: string[]) =>
  execa("node", ["operate/run.mjs", "comment", ...args], {
    cwd: packageRoot,
    env: { PATH: process.env.PATH ?? "", ...env },
    extendEnv: false,
    reject: false,
  });

it("a job keeps its comment and its issue by one command each", { timeout: minute }, async () => {
  await using service = await new GitHubStandIn().start();
  const job = {
    GITHUB_API_URL: service.url,
    GITHUB_REPOSITORY: "me/shop",
    GITHUB_TOKEN: "t0ken",
    GITHUB_REF: "refs/pull/7/merge",
  };
  const made = await run(job, "pull-request", "--body", file);
  expect(made).toMatchObject({ stdout: "comment in 7: created", stderr: "", exitCode: 0 });
  const again = await run(job, "--json", "pull-request", "--body", file);
  expect(JSON.parse(again.stdout)).toEqual({ comment: 7, outcome: "unchanged" });
  expect((await run(job, "drift", "--body", file, "--title", "Drift")).stdout).toBe("issue: created");
  expect((await run(job, "drift", "--body", file, "--clean")).stdout).toBe("issue: closed");
  const missing = await run(job, "pull-request", "--body", file, "--number", "8");
  expect(missing).toMatchObject({ stdout: "", exitCode: 2 });
  expect(missing.stderr).toMatch(
    /GitHub answered 404 to GET \/repos\/me\/shop\/issues\/8\/comments: Not Found\n {2}next:/,
  );
  expect(missing.stderr).not.toContain("t0ken");
});

it("a job that lacks something is told what", { timeout: minute }, async () => {
  const elsewhere = await run({}, "pull-request", "--body", file);
  expect(elsewhere.stderr).toContain(
    "expected a job for a pull request, found another; next: name it by --number",
  );
  expect(elsewhere.exitCode).toBe(2);
  const number = await run({}, "pull-request", "--body", file, "--number", "x");
  expect(number.stderr).toContain("expected the number of a pull request");
  expect(number.exitCode).toBe(2);
});
