import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../infra/package-root.ts";
import type { Project } from "./project.ts";
import { noSandboxes, type ReadyStack } from "./run-pulumi.ts";
import { chooseStack, configuredStacks } from "./stack.ts";

/** For the Node in which Pulumi runs the program: see infra/start/. */
const early = `--require ${JSON.stringify(join(packageRoot, "infra/start/early.cjs"))}`;

/**
 * The stack of this checkout that is meant. A sandbox's host is started when it is not running; `say` hears which.
 *
 * @param fleet how many sandbox hosts the stack shall have; undefined: as it is
 */
export async function checkoutStack(
  project: Project,
  wanted: string | undefined,
  base: NodeJS.ProcessEnv,
  say: (line: string) => void,
  fleet?: number,
): Promise<ReadyStack> {
  const NODE_OPTIONS = [process.env.NODE_OPTIONS, early].filter(Boolean).join(" ");
  const environment = { ...base, NODE_OPTIONS };
  const choice = await chooseStack({
    wanted: wanted ?? process.env.PULUMI_STACK,
    configured: configuredStacks(project.folder),
    selected: () => selectedStack(project.folder, environment),
  });
  if (!choice.sandbox && fleet !== undefined) throw new Error(noSandboxes(`the stack ${choice.stack}`));
  if (!choice.sandbox)
    return { ...choice, project, environment: { ...environment, PULUMI_STACK: choice.stack }, keyPaths: [] };
  say(
    `${wanted ? `The stack ${choice.stack} belongs to a sandbox` : "No host is configured"}: this is for the sandbox "${choice.sandbox}", a throw-away host on this machine.`,
  );
  // Loaded only here: whoever has a host of their own needs nothing of the sandbox.
  const { readySandboxStack } = await import("./sandbox-stack.ts");
  const ready = await readySandboxStack(choice.sandbox, project.folder, environment, fleet);
  return { ...choice, ...ready, project, environment: { ...environment, ...ready.environment } };
}

async function selectedStack(cwd: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { stdout, exitCode } = await execa("pulumi", ["stack", "--show-name"], { cwd, env, reject: false });
  return exitCode === 0 ? stdout.trim() : undefined;
}
