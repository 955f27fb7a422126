import type { Command } from "commander";
import { report } from "../sandbox/report.ts";

/**
 * Runs a command as it was typed. Whatever kept it from doing its work ends it with 2, a mistyped option too: 1 is for work
 * that was done and came to a bad end (docs/commands.md).
 */
export async function runCommand(command: Command): Promise<void> {
  endMistypedWithTwo(command);
  try {
    await command.parseAsync();
  } catch (error) {
    report(error);
    process.exitCode = 2;
  }
}

function endMistypedWithTwo(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  for (const child of command.commands) endMistypedWithTwo(child);
}
