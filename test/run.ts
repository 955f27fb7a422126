import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import pc from "picocolors";
import { packageRoot } from "../infra/package-root.ts";
import { ensureSystemPackages } from "../sandbox/toolchain/system-packages.ts";

/*
 * `npm test`: the lint and every test that this machine can run; what it cannot run is named. Arguments go to
 * vitest: `npm test -- test/unit`.
 */

/** What lint and the tests need beside Node; the sandbox asks for its own packages itself. */
const packages = ["chromium", "shellcheck", "openssh-server"];

interface Summary {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
}

const report = join(tmpdir(), `geo-system-tests-${process.pid}.json`);
const whole = await canRunHosts();
const linted = whole ? await lint() : true;
const tested = await tests(whole ? [] : ["--project", "unit"]);
if (!whole)
  console.log(
    pc.yellow(
      "Left out: lint of the scripts, host, end-to-end and browser tests. They need root on Debian or Ubuntu.",
    ),
  );
if (!linted) console.error(pc.red("The lint found something: see above, before the tests."));
process.exitCode = linted && tested ? 0 : 1;
summarise();

async function canRunHosts(): Promise<boolean> {
  try {
    await ensureSystemPackages(packages, "the tests");
    return true;
  } catch (error) {
    console.log(pc.yellow(error instanceof Error ? error.message : String(error)));
    return false;
  }
}

async function lint(): Promise<boolean> {
  return (
    (await execa("npm", ["run", "-s", "lint"], { cwd: packageRoot, stdio: "inherit", reject: false }))
      .exitCode === 0
  );
}

async function tests(projects: string[]): Promise<boolean> {
  const args = [
    "run",
    ...projects,
    "--reporter=default",
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

/** One plain line for whoever reads only the end of a log. */
function summarise(): void {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      readFileSync(report, "utf8"),
    ) as Summary;
    console.log(
      `${numPassedTests} passed, ${numFailedTests} failed${numPendingTests ? `, ${numPendingTests} skipped` : ""}`,
    );
  } catch (error) {
    console.error(`The tests left no report: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    rmSync(report, { force: true });
  }
}
