import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../infra/package-root.ts";

/* What actionlint cannot know: what our jobs may do, and that their scripts do it. */

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Job {
  if?: string;
  permissions?: Record<string, string>;
  concurrency?: unknown;
  environment?: string;
  "timeout-minutes"?: number;
  steps: Step[];
}

const text = (name: string) => readFileSync(join(packageRoot, name), "utf8");
const gitHub = parse(text(".github/workflows/preview.yml")) as {
  permissions: object;
  env: Record<string, string>;
  jobs: Record<"preview" | "approval" | "up" | "drift", Job>;
};
type GitLabJob = Partial<Record<"before_script" | "script", string[]>>;
const gitLab = parse(text("examples/gitlab/.gitlab-ci.yml")) as Record<string, GitLabJob>;
const jobs = Object.entries(gitHub.jobs);
const steps = jobs.flatMap(([, job]) => job.steps);

describe("GitHub's workflow", () => {
  it("uses actions by the full name of a commit, with its version beside it", () => {
    for (const line of text(".github/workflows/preview.yml")
      .split("\n")
      .filter((line) => /\buses:/.test(line)))
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("gives each job what it needs, and no more", () => {
    expect(gitHub.permissions).toEqual({});
    expect(Object.fromEntries(jobs.map(([name, { permissions }]) => [name, permissions]))).toEqual({
      preview: { contents: "read", "pull-requests": "write" },
      approval: {},
      up: { contents: "read" },
      drift: { contents: "read", issues: "write" },
    });
    for (const [name, job] of jobs) expect(job["timeout-minutes"], name).toBeLessThanOrEqual(60);
  });

  it("gives secrets to single steps, never to a whole job, and no text of a pull request to a shell", () => {
    expect(JSON.stringify(gitHub.env)).not.toContain("secrets.");
    for (const { run = "", uses, with: inputs } of steps) {
      expect(run).not.toContain("${{");
      expect(JSON.stringify(inputs ?? {})).not.toContain("secrets.");
      if (uses?.startsWith("actions/checkout"))
        expect(inputs).toMatchObject({ "persist-credentials": false });
    }
  });

  it("does not run a fork's code beside secrets", () => {
    expect(text(".github/workflows/preview.yml")).not.toContain("pull_request_target");
    expect(gitHub.jobs.preview.if).toContain(
      "github.event.pull_request.head.repo.full_name == github.repository",
    );
  });

  it("looks for drift from main only, whoever starts it by hand", () => {
    expect(gitHub.jobs.drift.if).toContain(
      "github.event_name == 'workflow_dispatch' && github.ref == 'refs/heads/main'",
    );
  });

  it("lets one job at a time work on a stack, and none of them be pushed out", () => {
    const turn = { group: "geo-system-${{ vars.PULUMI_STACK }}", queue: "max" };
    for (const name of ["preview", "up", "drift"] as const)
      expect(gitHub.jobs[name].concurrency).toEqual(turn);
    expect(gitHub.jobs.approval).toMatchObject({ environment: "production" });
    expect(gitHub.jobs.approval.concurrency).toBeUndefined();
  });
});

it("every command of a job is one of ours", () => {
  const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
  const gitLabScripts = Object.values(gitLab).flatMap(({ before_script = [], script = [] }) => [
    ...before_script,
    ...script,
  ]);
  const used = [...steps.map(({ run }) => run ?? ""), ...gitLabScripts].flatMap((script) =>
    [...script.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => String(name)),
  );
  expect(new Set(used)).toEqual(new Set(["setup", "preview", "comment", "up"]));
  for (const name of used) expect(scripts).toHaveProperty(name);
});

describe.each([
  ["GitHub's", gitHub.jobs.preview.steps.find(({ name }) => name === "SSH agent")?.run ?? ""],
  ["GitLab's", gitLab[".host"]?.before_script?.at(-1) ?? ""],
])("%s SSH agent", (_, script) => {
  const home = mkdtempSync(join(tmpdir(), "workflow-"));
  let agent = "";
  let key = "";

  beforeAll(async () => {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(home, "made")]);
    key = readFileSync(join(home, "made"), "utf8");
    rmSync(join(home, "made"));
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      GITHUB_ENV: join(home, "environment"),
      KNOWN_HOSTS: "203.0.113.7 ssh-ed25519 AAAA",
      // As a form gives it: without the end of its last line.
      SSH_PRIVATE_KEY: key.trimEnd(),
    };
    const input = `set -eo pipefail\n${script}\necho "agent $SSH_AGENT_PID"; ssh-add -l`;
    const { stdout } = await execa("bash", { input, env, extendEnv: false });
    agent = /^agent (\d+)$/m.exec(stdout)?.[1] ?? "";
    expect(stdout).toMatch(/^256 SHA256:\S+ .*\(ED25519\)$/m);
  });
  afterAll(() => {
    if (agent) process.kill(Number(agent));
    rmSync(home, { recursive: true, force: true });
  });

  it("holds the key, which is in no file, and knows the host", () => {
    expect(readFileSync(join(home, ".ssh/known_hosts"), "utf8")).toBe("203.0.113.7 ssh-ed25519 AAAA\n");
    const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    for (const file of files)
      expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.toContain(key.split("\n")[1]);
  });

  it("is there for the steps after it", () => {
    const environment = join(home, "environment");
    if (!script.includes("GITHUB_ENV")) return expect(existsSync(environment)).toBe(false);
    expect(readFileSync(environment, "utf8")).toMatch(
      new RegExp(`^SSH_AUTH_SOCK=/.*\nSSH_AGENT_PID=${agent}\n$`),
    );
  });
});
