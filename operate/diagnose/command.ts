import { Command } from "commander";
import type { HostOptions } from "../target/option-target.ts";
import { hostOptions, membersAmong, targetsOf } from "../target/options.ts";
import { waitOption } from "../wait-option.ts";

interface Options extends HostOptions {
  json?: boolean;
  fix?: boolean;
  yes?: boolean;
  wait: number;
  explain?: string;
  timeout: string;
}

export const command = hostOptions(new Command("npm run diagnose --"))
  .description(
    "Finds the one hop that is broken between a client and the backend, and says what to type next.",
  )
  .option("--json", "print one object instead of the table")
  .option("--fix", "run the fix, where that is safe: pm2 restart, start nginx, allow 80 and 443; asks first")
  .option("--yes", "with --fix: do not ask")
  .addOption(waitOption())
  .option("--explain <message>", "say what a client's error message means; asks no host")
  .option("--timeout <seconds>", "how long to wait for every dial and every answer", "5")
  .addHelpText(
    "after",
    "\nExit codes: 0 healthy, 1 broken, 2 could not find out, as with a message that --explain does not know.",
  )
  .action(async (options: Options) => {
    if (options.explain !== undefined) {
      const { explain, explanationJson, explanationText } = await import("./explain/explain.ts");
      console.log((options.json ? explanationJson : explanationText)(options.explain));
      process.exitCode = explain(options.explain) ? 0 : 2;
      return;
    }
    const timeoutMs = Number(options.timeout) * 1000;
    if (!(timeoutMs > 0)) throw new Error(`--timeout: expected seconds, found ${options.timeout}`);
    const targets = await targetsOf(options);
    // Loaded only now: Pulumi has begun to answer by then.
    const { runAll, runFleet } = await import("./run.ts");
    const run = membersAmong(targets).length > 1 ? runFleet : runAll;
    process.exitCode = await run(targets, { ...options, timeoutMs });
  });
