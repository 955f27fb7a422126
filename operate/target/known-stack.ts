import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { packageRoot } from "../../infra/package-root.ts";
import type { SandboxInfo } from "../../sandbox/host/record.ts";
import { setup } from "../../sandbox/toolchain/first/setup.mjs";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-home.ts";
import { type Choice, chooseStack, configuredStacks } from "../stack.ts";

/** A stack as it is: nothing is started or written for it. */
export interface KnownStack extends Choice {
  environment: NodeJS.ProcessEnv;
  /** Of a sandbox: how to reach it, and whether it is switched on. */
  host?: SandboxInfo & { on: boolean };
}

/**
 * The stack that is meant.
 *
 * @throws where it is not clear which, or where it belongs to a sandbox that does not exist
 */
export async function knownStack(wanted: string | undefined): Promise<KnownStack> {
  if ((await setup([])) !== 0) throw new Error("Pulumi's CLI could not be made ready; the reason is above");
  const environment = { ...process.env, ...pulumiEnvironment() };
  const choice = await chooseStack({
    wanted: wanted ?? process.env.PULUMI_STACK,
    configured: configuredStacks(packageRoot),
    selected: () =>
      askPulumi(environment, "stack", "--show-name").then(
        (name) => name.trim(),
        () => undefined,
      ),
  });
  if (!choice.sandbox) return { ...choice, environment: { ...environment, PULUMI_STACK: choice.stack } };
  // Loaded only here: whoever has a host of their own needs nothing of the sandbox.
  const { knownSandbox } = await import("./known-sandbox.ts");
  const known = knownSandbox(choice.sandbox);
  process.env.GEO_SYSTEM_PULUMI = known.environment.GEO_SYSTEM_PULUMI; // for the advice that this process gives itself
  return { ...choice, host: known.host, environment: { ...environment, ...known.environment } };
}

const run = promisify(execFile);

/**
 * What Pulumi's CLI prints.
 *
 * @throws where it fails, with the last line of what it said
 */
export async function askPulumi(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  try {
    return (await run("pulumi", args, { cwd: packageRoot, env })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(`pulumi ${args[0]}: ${stderr.trim().split("\n").at(-1) || message}`);
  }
}
