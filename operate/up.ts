import { Command } from "commander";
import { execa } from "execa";
import pc from "picocolors";
import { say } from "../sandbox/host/say.ts";
import { report } from "../sandbox/report.ts";
import { clearWay } from "./clear-way.ts";
import { project, type ReadyStack, readyStack, runPulumi } from "./run-pulumi.ts";
import { waitOption } from "./wait-option.ts";

interface Outputs {
  url: string;
  testUrl: string;
}

const command = new Command("npm run up --")
  .description(
    "Makes the host serve the WebSocket backend and proves it. Without a configured host: a sandbox on this machine.",
  )
  .option(
    "--stack <name>",
    "the stack to use (default: the selected one, or sandbox where no host is configured)",
  )
  .addOption(waitOption())
  .argument("[arguments...]", "more arguments for `pulumi up`, after a second --")
  .helpOption("-h, --help", "show this help")
  .action(async (rest: string[], options: { stack?: string; wait: number }) => {
    const stack = await readyStack(options.stack, say);
    await clearWay(stack, options.wait);
    if (options.wait > 0) stack.environment.GEO_SYSTEM_LOCK_WAIT = String(options.wait);
    process.exitCode = await runPulumi(stack, [
      "up",
      ...(stack.sandbox ? ["--yes", "--skip-preview"] : []),
      ...rest,
    ]);
    if (process.exitCode === 0) await sayWhatIsThere(stack);
  });

/** The address to open. A sandbox's token is worth nothing elsewhere, so it may stand in the terminal. */
async function sayWhatIsThere(stack: ReadyStack): Promise<void> {
  const { stdout } = await execa("pulumi", ["stack", "output", "--json", "--show-secrets"], {
    cwd: project,
    env: stack.environment,
  });
  const { url, testUrl } = JSON.parse(stdout) as Outputs;
  const token = new URL(testUrl).searchParams.get("token");
  const page = stack.sandbox && token ? `${url}#token=${token}` : url;
  console.log(`\n${pc.green("The WebSocket is proven.")} Open ${pc.bold(page)}`);
  console.log("A URL for any client: npm run -s pulumi -- stack output testUrl --show-secrets");
}

try {
  await command.parseAsync();
} catch (error) {
  report(error);
}
