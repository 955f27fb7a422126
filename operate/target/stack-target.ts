import { type Project, projectHere } from "../project.ts";
import { hostsIn, stackConfig } from "../stack.ts";
import { among } from "./among.ts";
import { askPulumi } from "./ask-pulumi.ts";
import { refuseComponent } from "./component-option.ts";
import { knownStack } from "./known-stack.ts";
import type { Target } from "./target.ts";

/**
 * The host of a stack, or each host of its fleet, once for each of its applications, or for the one that is meant. The
 * stack is the selected one, the wanted one, or the sandbox where no host is configured. Nothing is started for it, a
 * sandbox that is off neither.
 *
 * @throws where the stack configures no host, or no such application
 */
export async function stackTargets(
  wanted?: string,
  { application, component }: { application?: string | undefined; component?: string | undefined } = {},
  project: Project = projectHere(),
): Promise<Target[]> {
  const stack = await knownStack(project, wanted);
  const up = wanted ? `npm run up -- --stack ${wanted}` : "npm run up";
  if (hostsIn(stackConfig(project.folder, stack.stack))) {
    const { fleetTargets } = await import("./fleet-target.ts");
    return fleetTargets(stack, up, { application, component });
  }
  refuseComponent(component);
  // Pulumi takes its time, in which everything else is loaded.
  const outputs = askPulumi(stack, "stack", "output", "--json", "--show-secrets");
  outputs.catch(() => {}); // Whoever awaits it gets the error.
  const { describe, namesOf } = await import("./describe-stack.ts");
  const names = namesOf(stack);
  if (names.length === 0) return [describe(stack, outputs, up)];
  return among(names, application).map((name) => describe(stack, outputs, up, name));
}
