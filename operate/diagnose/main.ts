import { Command } from "commander";
import { report } from "../../sandbox/report.ts";
import type { HostOptions } from "../target/option-target.ts";
import { hostOptions, targetOf } from "../target/options.ts";
import type { Target } from "../target/target.ts";
import { waitOption } from "../wait-option.ts";
import { explanationText } from "./explain/explain.ts";
import { type Diagnosis, judge } from "./judge.ts";
import { maskDiagnosis } from "./mask.ts";
import { applyRemedies, remedies } from "./remedies.ts";
import { diagnosisJson, diagnosisText, exitCode } from "./report.ts";
import { walk } from "./walk.ts";

interface Options extends HostOptions {
  json?: boolean;
  fix?: boolean;
  yes?: boolean;
  wait: number;
  explain?: string;
  timeout: string;
}

const command = hostOptions(new Command("npm run diagnose --"))
  .description(
    "Finds the one hop that is broken between a client and the backend, and says what to type next.",
  )
  .option("--json", "print one object instead of the table")
  .option(
    "--fix",
    "run what mends it, where that is safe: pm2 restart, start nginx, allow 80 and 443; asks first",
  )
  .option("--yes", "with --fix: do not ask")
  .addOption(waitOption())
  .option("--explain <message>", "say what a client's error message means; asks no host")
  .option("--timeout <seconds>", "how long to wait for every dial and every answer", "5")
  .addHelpText("after", "\nExit codes: 0 healthy, 1 broken, 2 could not find out.")
  .action(async (options: Options) => {
    if (options.explain !== undefined) return console.log(explanationText(options.explain));
    const timeoutMs = Number(options.timeout) * 1000;
    if (!(timeoutMs > 0)) throw new Error(`--timeout: expected seconds, found ${options.timeout}`);
    const target = await targetOf(options);
    let diagnosis = await target.withKeys(() => diagnose(target, timeoutMs));
    show(diagnosis, options);
    if (options.fix && (await target.withKeys(() => mend(diagnosis, target, options)))) {
      diagnosis = await target.withKeys(() => diagnose(target, timeoutMs));
      show(diagnosis, options);
    }
    process.exitCode = exitCode(diagnosis);
  });

async function diagnose(target: Target, timeoutMs: number): Promise<Diagnosis> {
  const seen = await walk(target, timeoutMs);
  return maskDiagnosis(judge(seen), (await target.client).token);
}

function show(diagnosis: Diagnosis, { json }: Options): void {
  console.log(json ? diagnosisJson(diagnosis) : diagnosisText(diagnosis));
}

/** Says why where nothing was done. */
async function mend(diagnosis: Diagnosis, target: Target, options: Options): Promise<boolean> {
  const commands = remedies(diagnosis, target);
  if (commands.length > 0) return applyRemedies(commands, target, options);
  if (!diagnosis.healthy) console.error("\n--fix does not dare to do that: type it yourself.");
  return false;
}

try {
  await command.parseAsync();
} catch (error) {
  report(error);
  process.exitCode = 2;
}
