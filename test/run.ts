import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import pc from "picocolors";
import { packageRoot } from "../infra/package-root.ts";
import { whyNoSandbox } from "../sandbox/host/requirements.ts";
import { onPath } from "../sandbox/toolchain/on-path.ts";
import { ensureSystemPackages } from "../sandbox/toolchain/system-packages.ts";
import { counts, type FileResult, failedFiles, type Results, readResults } from "./results.ts";
import { combined, described, shortName, worthASecondRun } from "./second-run.ts";

/*
 * `npm test`: the lint and every test that this machine can run; what it cannot run is named. Arguments go to
 * vitest: `npm test -- test/unit`. What takes long runs on demand: `npm run backends`, `npm run
 * remedies`, `npm test -- --project systems`.
 */

/** What lint and the tests need beside Node; the sandbox asks for its own packages itself. */
const packages = ["chromium", "libnss3-tools", "shellcheck", "openssh-server"];

/** The tests of other projects take long, and run where the arguments name them. */
const always = ["unit", "host", "e2e"];
const onDemand = /^--project|test\/(backends|take-over|remedies|systems)\b/;

const whyNot = await whyNoHosts();
if (whyNot) console.log(pc.yellow(whyNot));
const scripts = onPath("shellcheck") !== undefined;
const linted = await lint(scripts ? "lint" : "lint:code");
const tested = await tests();
const leftOut = [
  ...(scripts ? [] : ["the lint of the scripts (needs shellcheck)"]),
  ...(whyNot ? ["host, end-to-end and browser tests (why: see above, before the tests)"] : []),
];
if (leftOut.length > 0) console.log(pc.yellow(`Left out: ${leftOut.join("; ")}.`));
if (!linted) console.error(pc.red("The lint found something: see above, before the tests."));
if (tested) console.log(counts(tested.results));
process.exitCode = linted && tested?.passed ? 0 : 1;

interface Run {
  results: Results;
  /** As vitest has it, which also fails for an error that belongs to no story. */
  passed: boolean;
}

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

/** All tests; a file on hosts that failed is run once more, and named. Undefined where they left no report. */
async function tests(): Promise<Run | undefined> {
  const first = await run([...projects(), ...process.argv.slice(2)]);
  const again = first ? worthASecondRun(first.results) : [];
  if (!first || again.length === 0) return first;
  tell("Run a second time, on fresh hosts", again);
  const second = await run(again.map(({ name }) => shortName(name)));
  if (!second) return first;
  const failed = failedFiles(second.results).map(({ name }) => name);
  tell(
    "Passed only at their second run",
    again.filter(({ name }) => !failed.includes(name)),
  );
  return { results: combined(first.results, second.results), passed: second.passed };
}

/** One run of vitest; undefined where it left no report. It names the stories that failed itself. */
async function run(args: readonly string[]): Promise<Run | undefined> {
  const report = join(tmpdir(), `geo-system-tests-${process.pid}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const options = { cwd: packageRoot, preferLocal: true, stdio: "inherit", reject: false } as const;
  try {
    const { exitCode } = await execa("vitest", ["run", ...reporters, ...args], options);
    return { results: readResults(report), passed: exitCode === 0 };
  } catch (error) {
    console.error(`The tests left no report: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  } finally {
    rmSync(report, { force: true });
  }
}

function tell(heading: string, files: readonly FileResult[]): void {
  if (files.length === 0) return;
  console.log(pc.yellow([`${heading}:`, ...files.map(described)].join("\n  ")));
}
