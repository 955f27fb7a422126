import { execa } from "execa";
import { project } from "../../../operate/run-pulumi.ts";

/** The commands of an operator, as `npm run` starts them. */
export type Program = "diagnose" | "logs" | "status" | "take-over" | "watch";

/** What a command printed, and how it ended. */
export interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs one to its end. */
export async function operator(program: Program, ...args: string[]): Promise<Ran> {
  const { exitCode = -1, stdout, stderr } = await started(program, args).done;
  return { exitCode, stdout, stderr };
}

/** One that goes on: `said` is what it has printed up to now. */
export interface Running {
  said(): string;
  /** As Ctrl-C does. */
  interrupt(): Promise<Ran>;
}

export function running(program: Program, ...args: string[]): Running {
  const { child, done, said } = started(program, args);
  return {
    said,
    async interrupt() {
      child.kill("SIGINT");
      const { exitCode = -1, stdout, stderr } = await done;
      return { exitCode, stdout, stderr };
    },
  };
}

function started(program: Program, args: readonly string[]) {
  const child = execa("node", ["operate/run.mjs", program, ...args], { cwd: project, reject: false });
  let said = "";
  child.stdout.on("data", (text) => (said += String(text)));
  return { child, done: child, said: () => said };
}
