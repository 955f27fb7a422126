import pc from "picocolors";

/** Says what went wrong, without a stack trace: the message says what to do. Sets the exit code to 1. */
export function report(error: unknown): void {
  console.error(`${pc.red("error:")} ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
