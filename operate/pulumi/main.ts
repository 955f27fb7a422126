import { report } from "../../sandbox/report.ts";
import { readyStack, runPulumi } from "../run-pulumi.ts";
import { refuseOwnHost, stackConfig } from "../stack.ts";

/** `npm run -s pulumi -- …`: the CLI that set-up made available, with the environment of the chosen stack. */
async function run(): Promise<void> {
  const stack = await readyStack(undefined);
  process.exitCode = await runPulumi(stack, process.argv.slice(2));
  // `config set host …` without a stack of one's own lands here: said at once, not at the next run.
  if (stack.sandbox) refuseOwnHost(stack.stack, stackConfig(stack.project.folder, stack.stack));
}

run().catch((error: unknown) => {
  report(error);
  process.exitCode = 2;
});
