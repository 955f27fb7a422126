import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";
import { packageRoot } from "../../../../infra/package-root.ts";
import { refuseContradictions } from "../../../../operate/preview/options.ts";
import { readPreview } from "../../../../operate/preview/read.ts";
import { update } from "./support/made.ts";
import { site } from "./support/payloads.ts";

const folder = mkdtempSync(join(tmpdir(), "预览 preview-"));
const file = join(folder, "preview.json");
const steps = [update("geo-site", { stdin: site() }, { stdin: site({ timeout: 60 }) })];
writeFileSync(file, JSON.stringify({ steps, diagnostics: [] }));
afterAll(() => rmSync(folder, { recursive: true }));

/** Several programs start, on a machine that may have much else to do. */
const minute = 60_000;

const run = (args: readonly string[], input?: string) =>
  execa("node", ["operate/run.mjs", "preview", ...args], {
    cwd: packageRoot,
    reject: false,
    stripFinalNewline: false,
    ...(input !== undefined && { input }),
  });

it("a preview that was kept is summarised from a file or a pipe, to a file or a pipe", {
  timeout: minute,
}, async () => {
  const out = join(folder, "summary.md");
  const fromFile = await run(["--from", file]);
  expect(fromFile.stdout).toMatch(/^<!-- geo-system preview of prod -->\n### prod: 🔵 updates site\n/);
  const fromPipe = await run(["--from", "-", "--output", out, "--stack", "prod"], readFileSync(file, "utf8"));
  expect(fromPipe).toMatchObject({ stdout: "", stderr: "", exitCode: 0 });
  expect(readFileSync(out, "utf8")).toBe(fromFile.stdout);
  const missing = await run(["--from", join(folder, "none.json")]);
  expect(missing.stderr).toContain(
    "none.json: expected the output of `pulumi preview --json`, found no such file",
  );
  expect(missing).toMatchObject({ stdout: "", exitCode: 2 });
});

it.each([
  [[], { output: "x" }, "--output and --note belong to a summary; next: add --markdown"],
  [[], { note: "x" }, "--output and --note belong to a summary; next: add --markdown"],
  [["--diff"], { from: "x" }, "--from runs no preview, so --diff means nothing"],
  [["--show-secrets"], { markdown: true }, "--show-secrets would put secrets into a summary"],
  [["--show-secrets=true"], { markdown: true }, "--show-secrets would put secrets into a summary"],
])("%j with %j is refused", (rest, options, expected) => {
  expect(() => refuseContradictions(rest, options)).toThrow(expected);
});

it.each([
  [
    "",
    "x.json: expected the output of `pulumi preview --json`, found nothing\n  next: npm run -s pulumi -- preview --json",
  ],
  ["{", "expected the output of `pulumi preview --json`, found "],
  ['{"steps":[{"op":1}]}', "found steps.0.op: "],
])("text that is no preview is refused: %j", (text, expected) => {
  expect(() => readPreview(text, "x.json")).toThrow(expected);
});
