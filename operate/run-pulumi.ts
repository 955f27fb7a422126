import { withHostAgent } from "../infra/host/host-agent.ts";
import { packageRoot } from "../infra/package-root.ts";
import { ownStack } from "./own/stack.ts";
import { type Project, projectHere } from "./project.ts";
import { environmentOf } from "./pulumi-environment.ts";
import { runToTheEnd, type Streams } from "./run-to-the-end.ts";
import { type Choice, stackConfig } from "./stack.ts";

/** A stack ready for the CLI: its environment, and the keys that log in to its host. */
export interface ReadyStack extends Choice {
  project: Project;
  environment: NodeJS.ProcessEnv;
  keyPaths: string[];
}

/** The folder of the checkout's own project. */
export const project = packageRoot;

/**
 * Finds the stack that is meant, of this checkout or of a program of one's own. A sandbox's host is started when it is
 * not running; `say` hears which.
 *
 * @param fleet how many sandbox hosts the stack shall have; undefined: as it is
 */
export async function readyStack(
  wanted: string | undefined,
  say: (line: string) => void = () => {},
  fleet?: number,
): Promise<ReadyStack> {
  const here = projectHere();
  if (here.own && fleet !== undefined) throw new Error(noSandboxes(here.folder));
  if (here.own) return ownStack(here, wanted);
  const checkout =
    process.env.GEO_SYSTEM_INSTALLED === "yes" ? undefined : await import("./checkout-stack.ts");
  if (checkout) return checkout.checkoutStack(here, wanted, await environmentOf(here), say, fleet);
  throw new Error(`${here.folder}: expected a project of your own, found the package itself`);
}

/** @param found what is no stack of a sandbox */
export const noSandboxes = (found: string) =>
  `--fleet: expected the stack of a sandbox, found ${found}; hosts of your own stand in its key hosts: docs/fleet.md`;

/** Runs the CLI with an SSH agent, its output where ours goes unless `streams` says else. Returns its exit code. */
export async function runPulumi(
  stack: ReadyStack,
  args: readonly string[],
  streams: Streams = {},
): Promise<number> {
  const run = () => {
    // The agent's socket is now in our environment, and the plug-in inherits it from the CLI.
    const env = { ...stack.environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
    return runToTheEnd("pulumi", args, { cwd: stack.project.folder, env, ...streams });
  };
  const hasKey = stackConfig(stack.project.folder, stack.stack)["geo-system:privateKey"] !== undefined;
  return hasKey ? run() : withHostAgent(stackHost(stack), stack.keyPaths, run);
}

/** Where the configuration names it; the arguments of a program of one's own are not read. */
function stackHost({ project, stack }: ReadyStack): string | undefined {
  const host = stackConfig(project.folder, stack)[`${project.name}:host`];
  return typeof host === "string" ? host : undefined;
}
