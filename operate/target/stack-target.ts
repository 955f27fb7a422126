import { askPulumi, knownStack } from "./known-stack.ts";
import type { Target } from "./target.ts";

/**
 * The host of a stack: the selected one, the wanted one, or the sandbox where no host is configured. Nothing is
 * started for it, a sandbox that is off neither.
 *
 * @throws where the stack configures no host
 */
export async function stackTarget(wanted: string | undefined): Promise<Target> {
  const stack = await knownStack(wanted);
  // Pulumi takes its time, in which everything else is loaded.
  const outputs = askPulumi(stack.environment, "stack", "output", "--json", "--show-secrets");
  outputs.catch(() => {}); // Whoever awaits it is told.
  const { describe } = await import("./describe-stack.ts");
  return describe(stack, outputs, wanted ? `npm run up -- --stack ${wanted}` : "npm run up");
}
