import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../infra/package-root.ts";

interface Step {
  id?: string;
  name?: string;
  uses?: string;
  run?: string;
}

const file = readFileSync(join(packageRoot, ".github/workflows/release.yml"), "utf8");
const { permissions, jobs } = parse(file) as {
  permissions: object;
  jobs: { publish: { if: string; permissions: object; environment: string; steps: Step[] } };
};

describe("the release workflow", () => {
  it("publishes with a provenance, without a token that is kept, and only where it is wanted", () => {
    expect(permissions).toEqual({});
    expect(jobs.publish.permissions).toEqual({ contents: "write", "id-token": "write" });
    expect(jobs.publish).toMatchObject({ if: "vars.NPM_PUBLISH == 'true'", environment: "npm" });
    expect(file).not.toContain("secrets.");
    for (const { uses } of jobs.publish.steps) if (uses) expect(uses).toMatch(/@[0-9a-f]{40}$/);
  });

  it("hands no text of the run to a shell", () => {
    for (const { run = "" } of jobs.publish.steps) expect(run).not.toContain("${{");
  });
});

describe("what it checks before it publishes", () => {
  const script = jobs.publish.steps.find(({ id }) => id === "version")?.run ?? "";

  async function checked(tag: string, changelog: string) {
    const cwd = mkdtempSync(join(tmpdir(), "release-"));
    writeFileSync(join(cwd, "package.json"), '{"version":"1.2.3"}');
    writeFileSync(join(cwd, "CHANGELOG.md"), changelog);
    const options = { cwd, input: script, env: { GITHUB_REF_NAME: tag }, reject: false };
    const { exitCode, stderr } = await execa("bash", ["-e"], options);
    return { exitCode, stderr, notes: () => readFileSync(join(cwd, "notes.md"), "utf8") };
  }

  it("takes the notes of its own version alone", async () => {
    const { exitCode, notes } = await checked("v1.2.3", "# C\n\n## 1.2.3\n\n- new\n\n## 1.2.2\n\n- old\n");
    expect(exitCode).toBe(0);
    expect(notes().trim()).toBe("- new");
  });

  it("refuses a tag of another version, and a version that the changelog does not tell of", async () => {
    const other = await checked("v1.2.4", "## 1.2.3\n\n- new\n");
    expect(other).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("found v1.2.4") });
    const silent = await checked("v1.2.3", "## 1.2.2\n\n- old\n");
    expect(silent).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('section "## 1.2.3"') });
  });
});

it("the changelog tells of the version that package.json has", () => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  expect(readFileSync(join(packageRoot, "CHANGELOG.md"), "utf8")).toContain(`\n## ${version}\n`);
});
