import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import pc from "picocolors";
import { packageRoot } from "../infra/package-root.ts";
import { whyNoSandbox } from "../sandbox/host/requirements.ts";
import { onPath } from "../sandbox/toolchain/on-path.ts";
import { ensureSystemPackages } from "../sandbox/toolchain/system-packages.ts";

/*
 * `npm test`: the lint and every test that this machine can run; what it cannot run is named. Arguments go to
 * vitest: `npm test -- test/unit`. What takes long runs on demand: `npm run backends`, `npm run remedies`.
 */

/** What lint and the tests need beside Node; the sandbox asks for its own packages itself. */
const packages = ["chromium", "libnss3-tools", "shellcheck", "openssh-server"];

/** The tests of other projects take long, and run where the arguments name them. */
const always = ["unit", "host", "e2e"];
const onDemand = /^--project|test\/(backends|take-over|remedies)\b/;

interface Summary {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
}

const report = join(tmpdir(), `geo-system-tests-${process.pid}.json`);
const whyNot = await whyNoHosts();
if (whyNot) console.log(pc.yellow(whyNot));
const scripts = onPath("shellcheck") !== undefined;
const linted = await lint(scripts ? "lint" : "lint:code");
const tested = await tests(projects());
const leftOut = [
  ...(scripts ? [] : ["the lint of the scripts (needs shellcheck)"]),
  ...(whyNot ? ["host, end-to-end and browser tests (why: see above, before the tests)"] : []),
];
if (leftOut.length > 0) console.log(pc.yellow(`Left out: ${leftOut.join("; ")}.`));
if (!linted) console.error(pc.red("The lint found something: see above, before the tests."));
const summarised = summarise();
process.exitCode = linted && tested && summarised ? 0 : 1;

/** Why no host can be started here, or its tests lack a program; undefined where all tests can run. */
async function whyNoHosts(): Promise<string | undefined> {
  const reason = await whyNoSandbox();
  if (reason) return reason;
  return ensureSystemPackages(packages, "the tests").then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/** Those that run where the arguments name none. */
function projects(): string[] {
  if (whyNot) return ["--project", "unit"];
  const named = process.argv.some((word) => onDemand.test(word));
  return named ? [] : always.flatMap((project) => ["--project", project]);
}

async function lint(script: "lint" | "lint:code"): Promise<boolean> {
  const { exitCode } = await execa("npm", ["run", "-s", script], {
    cwd: packageRoot,
    stdio: "inherit",
    reject: false,
  });
  return exitCode === 0;
}

async function tests(projects: string[]): Promise<boolean> {
  const args = [
    "run",
    ...projects,
    "--reporter=default",
    "--reporter=./test/second-tries.ts",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const { exitCode } = await execa("vitest", args, {
    cwd: packageRoot,
    preferLocal: true,
    stdio: "inherit",
    reject: false,
  });
  return exitCode === 0;
}

/** One plain line for whoever reads only the end of a log. False where the tests left nothing to say. */
function summarise(): boolean {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      readFileSync(report, "utf8"),
    ) as Summary;
    console.log(
      `${numPassedTests} passed, ${numFailedTests} failed${numPendingTests ? `, ${numPendingTests} skipped` : ""}`,
    );
    return true;
  } catch (error) {
    console.error(`The tests left no report: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    rmSync(report, { force: true });
  }
}
