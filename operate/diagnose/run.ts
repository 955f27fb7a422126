import { memberName } from "../target/options.ts";
import type { Target } from "../target/target.ts";
import { fleetDiagnosisJson, fleetDiagnosisText, fleetExitCode } from "./fleet.ts";
import { type Diagnosis, judge } from "./judge.ts";
import { maskDiagnosis, secretsOf } from "./mask.ts";
import { observe } from "./observe.ts";
import { applyRemedies, remedies } from "./remedies.ts";
import { diagnosisJson, diagnosisText, exitCode } from "./report.ts";

export interface RunOptions {
  json?: boolean;
  fix?: boolean;
  yes?: boolean;
  /** Seconds to wait for another run on the host. */
  wait: number;
  timeoutMs: number;
}

/**
 * Diagnoses each application of a host, one after the other: what mends one may mend the next. With `--json` a list of
 * the objects. The worst exit code.
 */
export async function runAll(targets: readonly Target[], options: RunOptions): Promise<number> {
  const [only] = targets;
  if (only && targets.length === 1) return run(only, options);
  const [codes, all]: [number[], object[]] = [[], []];
  for (const [i, target] of targets.entries()) {
    const name = target.applicationName;
    if (!options.json) console.log(`${i > 0 ? "\n" : ""}Application ${name}:`);
    const show = (text: string) => all.push({ application: name, ...(JSON.parse(text) as object) });
    codes.push(await run(target, options, options.json ? show : console.log));
  }
  if (options.json) console.log(JSON.stringify(all, null, 2));
  return Math.max(...codes);
}

/** Diagnoses and reports; with `--fix`, repairs and diagnoses again. Returns the exit code. */
export async function run(
  target: Target,
  options: RunOptions,
  show: (text: string) => unknown = console.log,
): Promise<number> {
  return target.withKeys(async () => {
    let last = await diagnose(target, options.timeoutMs);
    if (!options.json) show(diagnosisText(last));
    try {
      if (options.fix && (await mend(last, target, options))) {
        last = await diagnose(target, options.timeoutMs);
        if (!options.json) show(diagnosisText(last));
      }
    } finally {
      if (options.json) show(diagnosisJson(last)); // One object, also where the mending failed.
    }
    return exitCode(last);
  });
}

/** Looks at all hosts of a fleet at the same time, and shows one table. */
export async function runFleet(targets: readonly Target[], options: RunOptions): Promise<number> {
  if (options.fix)
    throw new Error("--fix: expected one host of the fleet, found all; name it: --component NAME");
  const hosts = await Promise.all(
    targets.map(async (target) => ({
      name: memberName(target),
      diagnosis: await target.withKeys(() => diagnose(target, options.timeoutMs)),
    })),
  );
  console.log(options.json ? fleetDiagnosisJson(hosts) : fleetDiagnosisText(hosts));
  return fleetExitCode(hosts);
}

async function diagnose(target: Target, timeoutMs: number): Promise<Diagnosis> {
  const seen = await observe(target, timeoutMs);
  return maskDiagnosis(judge(seen), secretsOf(await target.client));
}

/** Says why where nothing was done. */
async function mend(diagnosis: Diagnosis, target: Target, options: RunOptions): Promise<boolean> {
  const commands = remedies(diagnosis, target);
  if (commands.length > 0) return applyRemedies(commands, target, options);
  if (!diagnosis.healthy) console.error("\n--fix does not dare to do that: type it yourself.");
  return false;
}
