import type { remote } from "@pulumi/command";
import type { Resource } from "@pulumi/pulumi";
import { capacityPayload } from "../render/capacity.ts";
import type { Settings } from "../settings/schema.ts";
import { type StepContext, stepCommand } from "./step.ts";

/** Step `capacity`: the limits of the kernel and of nginx's unit, for `expectedConnections`. None where nothing is expected. */
export function capacity(
  context: StepContext,
  settings: Settings,
  dependsOn: Resource[],
): remote.Command | undefined {
  const payload = capacityPayload(settings);
  return payload === undefined ? undefined : stepCommand(context, "capacity", { payload, dependsOn });
}
