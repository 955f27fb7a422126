import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Project } from "../project.ts";

const run = promisify(execFile);

/** The state of a stack, with the certificates and files in it, may be large. */
const maxBuffer = 256 * 1024 * 1024;

/**
 * What Pulumi's CLI prints.
 *
 * @throws where it fails, with the last line of what it said
 */
export async function askPulumi(
  { project, environment: env }: { project: Project; environment: NodeJS.ProcessEnv },
  ...args: string[]
): Promise<string> {
  try {
    return (await run("pulumi", args, { cwd: project.folder, env, maxBuffer })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(`pulumi ${args[0]}: ${stderr.trim().split("\n").at(-1) || message}`);
  }
}
