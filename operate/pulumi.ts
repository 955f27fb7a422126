import { report } from "../sandbox/report.ts";
import { readyStack, runPulumi } from "./run-pulumi.ts";

/** `npm run -s pulumi -- …`: the CLI that set-up made available, with the environment of the chosen stack. */
try {
  process.exitCode = await runPulumi(await readyStack(undefined), process.argv.slice(2));
} catch (error) {
  report(error);
}
