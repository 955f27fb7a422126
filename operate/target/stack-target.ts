import { type Project, projectHere } from "../project.ts";
import { among } from "./among.ts";
import { askPulumi } from "./ask-pulumi.ts";
import { knownStack } from "./known-stack.ts";
import type { Target } from "./target.ts";

/**
 * The host of a stack, once for each of its applications, or for the one that is meant: the selected one, the wanted one, or the sandbox where no host is configured. Nothing is
 * started for it, a sandbox that is off neither.
 *
 * @throws where the stack configures no host, or no such application
 */
export async function stackTargets(
  wanted?: string,
  application?: string,
  project: Project = projectHere(),
): Promise<Target[]> {
  const stack = await knownStack(project, wanted);
  // Pulumi takes its time, in which everything else is loaded.
  const outputs = askPulumi(stack, "stack", "output", "--json", "--show-secrets");
  outputs.catch(() => {}); // Whoever awaits it is told.
  const { describe, namesOf } = await import("./describe-stack.ts");
  const up = wanted ? `npm run up -- --stack ${wanted}` : "npm run up";
  const names = namesOf(stack);
  if (names.length === 0) return [describe(stack, outputs, up)];
  return among(names, application).map((name) => describe(stack, outputs, up, name));
}
