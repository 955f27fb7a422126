import { ownEnvironment } from "./own/environment.ts";
import type { Project } from "./project.ts";

/** The environment in which Pulumi's CLI is found: in a checkout the one that set-up made ready. */
export async function environmentOf(project: Project): Promise<NodeJS.ProcessEnv> {
  if (project.own) return ownEnvironment(project.folder);
  const checkout =
    process.env.GEO_SYSTEM_INSTALLED === "yes"
      ? undefined
      : await import("../sandbox/toolchain/pulumi-home.ts");
  return { ...process.env, ...checkout?.pulumiEnvironment() };
}
