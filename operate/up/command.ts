import { Command } from "commander";
import { say } from "../../sandbox/host/say.ts";
import { clearWay } from "../clear-way.ts";
import { projectHere } from "../project.ts";
import { environmentOf } from "../pulumi-environment.ts";
import { refuseUnknownOptions, withoutSeparator } from "../pulumi-options.ts";
import { readyStack, runPulumi } from "../run-pulumi.ts";
import { waitOption } from "../wait-option.ts";
import { sayWhatIsThere } from "./proven.ts";
import { ReportedOutputs } from "./reported-outputs.ts";

const mostSandboxes = 10;

function fleetSize(text: string): number {
  const hosts = Number(text);
  if (Number.isInteger(hosts) && hosts >= 1 && hosts <= mostSandboxes) return hosts;
  throw new Error(`--fleet: expected a number of hosts from 1 to ${mostSandboxes}, found ${text}`);
}

export const command = new Command("npm run up --")
  .description(
    "Makes the host serve the WebSocket backend and proves it. Without a configured host: a sandbox on this machine.",
  )
  .option(
    "-s, --stack <name>",
    "the stack to use (default: the selected one, or sandbox where no host is configured)",
  )
  .option("--fleet <hosts>", `so many sandbox hosts instead of one, 1 to ${mostSandboxes}`, fleetSize)
  .addOption(waitOption())
  .argument("[arguments...]", "more arguments for `pulumi up`: --yes, --diff, --target URN, --refresh, …")
  .allowUnknownOption()
  .helpOption("-h, --help", "show this help")
  .action(async (words: string[], options: { stack?: string; wait: number; fleet?: number }) => {
    const rest = withoutSeparator(words);
    await refuseUnknownOptions("up", rest, await environmentOf(projectHere()));
    const stack = await readyStack(options.stack, say, options.fleet);
    await clearWay(stack, options.wait);
    if (options.wait > 0) stack.environment.GEO_SYSTEM_LOCK_WAIT = String(options.wait);
    using reported = new ReportedOutputs();
    Object.assign(stack.environment, reported.environment);
    process.exitCode = await runPulumi(stack, [
      "up",
      ...(stack.sandbox ? ["--yes", "--skip-preview"] : []),
      ...rest,
    ]);
    if (process.exitCode === 0 && !isForPrograms(rest)) await sayWhatIsThere(stack, reported.read());
  });

/** What is not for a person is not mixed with what is. */
const isForPrograms = (words: readonly string[]) => words.some((word) => /^(--json(=true)?|-j)$/.test(word));
