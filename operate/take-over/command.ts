import { Command } from "commander";
import { connect } from "../../infra/host/ssh.ts";
import type { HostOptions } from "../target/option-target.ts";
import { hostOptions, targetOf } from "../target/options.ts";
import { asRoot, shellWords } from "../target/shell-words.ts";
import type { Target } from "../target/target.ts";
import { choose } from "./choose.ts";
import { takeOverProgram } from "./program.ts";
import { type Found, readFound } from "./read.ts";
import { reportOf } from "./report.ts";
import { reportText } from "./text.ts";

export const command = hostOptions(new Command("npm run take-over --"))
  .description(
    "Prints the configuration that reproduces a host which was set up by hand, to be pasted into Pulumi.<stack>.yaml. It changes nothing on the host.",
  )
  .option("--json", "print one object")
  .addHelpText(
    "after",
    "\nWhere nginx passes to several applications, --application says which. The site is found by itself.\nSecret values are never printed: of each there is a command that moves it into the stack.\nExit codes: 0 printed; 2 the host could not be asked, nginx is not installed or refuses its configuration, or it is not clear which application is meant.",
  )
  .action(async (options: HostOptions & { json?: boolean }) => {
    const target = await targetOf(options);
    const found = await target.withKeys(() => ask(target));
    if (found.ours)
      throw new Error(`${target.host} is provisioned by this package already\n  next: npm run status`);
    const { chosen, others } = choose(found, options.application);
    const told = reportOf(chosen, others, target);
    console.log(options.json ? JSON.stringify(told, null, 2) : reportText(told));
  });

/** One connection, one command. */
async function ask(target: Target): Promise<Found> {
  await using session = await connect(await target.connection());
  const { stdout, stderr } = await session.exec(shellWords([...asRoot(target.user), "bash", "-s"]), {
    input: takeOverProgram(),
  });
  if (!stdout.endsWith("\nend\n"))
    throw new Error(`${target.host} could not be asked: ${stderr.trim() || "it broke off"}`);
  return readFound(stdout);
}
