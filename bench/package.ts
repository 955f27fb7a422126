import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { withAgent } from "../infra/host/agent.ts";
import { project, type ReadyStack, readyStack } from "../operate/run-pulumi.ts";
import { stackOf } from "../operate/sandbox-names.ts";
import * as sandbox from "../sandbox/host/sandbox.ts";
import type { Job, Tool, Wanted } from "./tool.ts";

/** This package: the real CLI, with its handshake at the end of each `up`. */
export async function thisPackage(name: string): Promise<Tool> {
  const stack = await readyStack(stackOf(name));
  const pulumi = async (...args: string[]) => {
    await withAgent(stack.keyPaths, () =>
      execa("pulumi", args, {
        cwd: project,
        env: { ...stack.environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK },
      }),
    );
  };
  return {
    name: "geo-system",
    without: [],
    run: (job, wanted) => (job === "command" ? command(stack, wanted) : run(pulumi, job, wanted)),
    [Symbol.asyncDispose]: async () => {
      await sandbox.down(name);
      await rm(join(project, `Pulumi.${stack.stack}.yaml`), { force: true });
    },
  };
}

/** As an operator types it, with all that comes before and after Pulumi's CLI. */
async function command({ stack }: ReadyStack, wanted: Wanted): Promise<void> {
  await execa("npm", ["run", "up", "--", "--stack", stack, ...settingsOf(wanted)], { cwd: project });
}

/** The settings go as options of the run: they cost it nothing. */
const settingsOf = ({ readTimeout, backendSource }: Wanted) => [
  "--config",
  `geo-system:readTimeout=${readTimeout}`,
  "--config",
  `geo-system:backendSource=${backendSource}`,
  "--config",
  "geo-system:handshake=example",
];

function run(pulumi: (...args: string[]) => Promise<void>, job: Job, wanted: Wanted): Promise<void> {
  const settings = settingsOf(wanted);
  return job === "preview"
    ? pulumi("preview", ...settings)
    : pulumi("up", "--yes", "--skip-preview", ...settings);
}
