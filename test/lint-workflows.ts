import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import pc from "picocolors";
import { parse } from "yaml";
import { packageRoot } from "../infra/package-root.ts";
import { report } from "../sandbox/report.ts";
import { findGo, modules } from "../sandbox/toolchain/cli/go.ts";
import { SetupFailure } from "../sandbox/toolchain/failure.ts";

/*
 * `npm run lint:workflows`: actionlint reads GitHub's workflows, their scripts by shellcheck included; shellcheck reads
 * the scripts of GitLab's example. actionlint is pinned as a Go module: no registry of npm has a recent one.
 */

/** GitHub has it since May 2026; actionlint 1.7.12 does not know it yet. */
const notYetKnown = 'unexpected key "queue" for "concurrency" section';

async function lintGitHub(): Promise<void> {
  const { command } = await findGo();
  const { stdout: actionlint } = await execa(command, [
    "-C",
    join(modules, "actionlint"),
    "tool",
    "-n",
    "actionlint",
  ]);
  const folder = ".github/workflows";
  const files = readdirSync(join(packageRoot, folder)).map((name) => join(folder, name));
  const options = { cwd: packageRoot, stdio: "inherit", reject: false } as const;
  const { failed } = await execa(actionlint, ["-ignore", notYetKnown, ...files], options);
  if (failed) throw new Error(`actionlint found something in ${folder}: see above`);
}

type Job = Partial<Record<"before_script" | "script" | "after_script", string[]>>;

async function lintGitLab(): Promise<void> {
  const file = "examples/gitlab/.gitlab-ci.yml";
  const jobs = parse(readFileSync(join(packageRoot, file), "utf8")) as Record<string, Job>;
  for (const [name, { before_script = [], script = [], after_script = [] }] of Object.entries(jobs)) {
    const input = [...before_script, ...script, ...after_script].join("\n");
    if (!input) continue;
    const { failed, stdout } = await execa("shellcheck", ["--shell=bash", "-"], { input, reject: false });
    if (failed) throw new Error(`${file}: ${name}:\n${stdout}`);
  }
}

try {
  await lintGitLab();
  await lintGitHub();
} catch (error) {
  if (error instanceof SetupFailure)
    console.log(
      pc.yellow(`Left out: the lint of GitHub's workflows (Go builds actionlint: ${error.message}).`),
    );
  else report(error);
}
