import { join } from "node:path";
import { execa } from "execa";
import { withAgent } from "../infra/host/agent.ts";
import { packageRoot } from "../infra/package-root.ts";
import { pulumiEnvironment } from "../sandbox/toolchain/pulumi-home.ts";
import { runToTheEnd, type Streams } from "./run-to-the-end.ts";
import { type Choice, chooseStack, configuredStacks, stackConfig } from "./stack.ts";

/** A stack ready for the CLI: its environment, and the keys that log in to its host. */
export interface ReadyStack extends Choice {
  environment: NodeJS.ProcessEnv;
  keyPaths: string[];
}

export const project = packageRoot;

/** For the Node in which Pulumi runs the program: see infra/start/. */
const early = `--require ${JSON.stringify(join(packageRoot, "infra/start/early.cjs"))}`;

/** Finds the stack that is meant. A sandbox's host is started when it is not running; `say` hears which. */
export async function readyStack(
  wanted: string | undefined,
  say: (line: string) => void = () => {},
): Promise<ReadyStack> {
  const NODE_OPTIONS = [process.env.NODE_OPTIONS, early].filter(Boolean).join(" ");
  const environment = { ...process.env, ...pulumiEnvironment(), NODE_OPTIONS };
  const choice = await chooseStack({
    wanted: wanted ?? process.env.PULUMI_STACK,
    configured: configuredStacks(project),
    selected: () => selectedStack(environment),
  });
  if (!choice.sandbox)
    return { ...choice, environment: { ...environment, PULUMI_STACK: choice.stack }, keyPaths: [] };
  say(
    `${wanted ? `The stack ${choice.stack} belongs to a sandbox` : "No host is configured"}: this is for the sandbox "${choice.sandbox}", a throw-away host on this machine.`,
  );
  // Loaded only here: whoever has a host of their own needs nothing of the sandbox.
  const { readySandboxStack } = await import("./sandbox-stack.ts");
  const ready = await readySandboxStack(choice.sandbox, project, environment);
  return { ...choice, ...ready, environment: { ...environment, ...ready.environment } };
}

async function selectedStack(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { stdout, exitCode } = await execa("pulumi", ["stack", "--show-name"], {
    cwd: project,
    env: environment,
    reject: false,
  });
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Runs the CLI with an SSH agent, its output where ours goes unless `streams` says else. Returns its exit code. */
export async function runPulumi(
  stack: ReadyStack,
  args: readonly string[],
  streams: Streams = {},
): Promise<number> {
  const run = () => {
    // The agent's socket is in our environment by now, and the plug-in inherits it from the CLI.
    const env = { ...stack.environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
    return runToTheEnd("pulumi", args, { cwd: project, env, ...streams });
  };
  const hasKey = stackConfig(project, stack.stack)["geo-system:privateKey"] !== undefined;
  return hasKey ? run() : withAgent(stack.keyPaths, run);
}
