import type { SandboxInfo } from "../../sandbox/host/record.ts";
import { setup } from "../../sandbox/toolchain/first/setup.mjs";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-home.ts";
import type { Project } from "../project.ts";
import { type Choice, chooseStack, configuredStacks } from "../stack.ts";
import { askPulumi } from "./ask-pulumi.ts";

/** A stack as it is: nothing is started or written for it. */
export interface KnownStack extends Choice {
  project: Project;
  environment: NodeJS.ProcessEnv;
  /** Of a sandbox: how to reach it, and whether it is switched on. */
  host?: SandboxInfo & { on: boolean };
}

/**
 * The stack that is meant.
 *
 * @throws where it is not clear which, or where it belongs to a sandbox that does not exist
 */
export async function knownStack(project: Project, wanted: string | undefined): Promise<KnownStack> {
  if ((await setup([])) !== 0) throw new Error("Pulumi's CLI could not be made ready; the reason is above");
  const environment = { ...process.env, ...pulumiEnvironment() };
  const choice = await chooseStack({
    wanted: wanted ?? process.env.PULUMI_STACK,
    configured: configuredStacks(project.folder),
    selected: () =>
      askPulumi({ project, environment }, "stack", "--show-name").then(
        (name) => name.trim(),
        () => undefined,
      ),
  });
  if (!choice.sandbox)
    return { ...choice, project, environment: { ...environment, PULUMI_STACK: choice.stack } };
  // Loaded only here: whoever has a host of their own needs nothing of the sandbox.
  const { knownSandbox } = await import("./known-sandbox.ts");
  const known = knownSandbox(choice.sandbox);
  process.env.GEO_SYSTEM_PULUMI = known.environment.GEO_SYSTEM_PULUMI; // for the advice that this process gives itself
  return { ...choice, project, host: known.host, environment: { ...environment, ...known.environment } };
}
