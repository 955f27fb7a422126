import { resolve } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import pc from "picocolors";
import { exampleBackend } from "../../infra/package-root.ts";
import { say } from "../../sandbox/host/say.ts";
import { report } from "../../sandbox/report.ts";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-home.ts";
import { clearWay } from "../clear-way.ts";
import { refuseUnknownOptions, withoutSeparator } from "../pulumi-options.ts";
import { project, type ReadyStack, readyStack, runPulumi } from "../run-pulumi.ts";
import { waitOption } from "../wait-option.ts";

interface Outputs {
  url: string;
  testUrl: string;
}

const command = new Command("npm run up --")
  .description(
    "Makes the host serve the WebSocket backend and proves it. Without a configured host: a sandbox on this machine.",
  )
  .option(
    "-s, --stack <name>",
    "the stack to use (default: the selected one, or sandbox where no host is configured)",
  )
  .addOption(waitOption())
  .argument("[arguments...]", "more arguments for `pulumi up`: --yes, --diff, --target URN, --refresh, …")
  .allowUnknownOption()
  .helpOption("-h, --help", "show this help")
  .action(async (words: string[], options: { stack?: string; wait: number }) => {
    const rest = withoutSeparator(words);
    await refuseUnknownOptions("up", rest, { ...process.env, ...pulumiEnvironment() });
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

/** The address to open. */
async function sayWhatIsThere(stack: ReadyStack): Promise<void> {
  const outputs = await printed(stack, "stack", "output", "--json", "--show-secrets");
  const { url, testUrl } = JSON.parse(outputs) as Outputs;
  const token = new URL(testUrl).searchParams.get("token");
  const page = token && (await mayBeShown(stack)) ? `${url}#token=${token}` : url;
  console.log(`\n${pc.green("The WebSocket is proven.")} Open ${pc.bold(page)}`);
  const pulumi = stack.environment.GEO_SYSTEM_PULUMI ?? "npm run -s pulumi --";
  console.log(`A URL for any client: ${pulumi} stack output testUrl --show-secrets`);
}

/** The token that a sandbox made for the bundled example, whose page reads it there, is worth nothing elsewhere. */
async function mayBeShown(stack: ReadyStack): Promise<boolean> {
  if (!stack.sandbox) return false;
  const given = JSON.parse(await printed(stack, "config", "--json")) as Record<string, { value?: string }>;
  if (given["geo-system:applications"]?.value?.includes("source")) return false;
  const source = given["geo-system:backendSource"]?.value ?? "";
  return given["geo-system:handshakeToken"]?.value === "" && resolve(project, source) === exampleBackend;
}

async function printed({ environment }: ReadyStack, ...words: string[]): Promise<string> {
  const { stdout } = await execa("pulumi", words, { cwd: project, env: environment });
  return stdout;
}

command.parseAsync().catch(report);
