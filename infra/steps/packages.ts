import type { remote } from "@pulumi/command";
import type { Resource } from "@pulumi/pulumi";
import { packagesPayload } from "../render/packages.ts";
import type { Settings } from "../settings/schema.ts";
import { type StepContext, stepCommand } from "./step.ts";

/** Step `packages`: nginx, ufw, Node and pm2, each in a pinned version or the distribution's own. */
export function packages(context: StepContext, settings: Settings, dependsOn: Resource[]): remote.Command {
  return stepCommand(context, "packages", { payload: packagesPayload(settings), dependsOn });
}
