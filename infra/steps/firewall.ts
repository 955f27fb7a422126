import { remote } from "@pulumi/command";
import type { Resource } from "@pulumi/pulumi";
import { firewallPayload } from "../render/firewall.ts";
import type { Settings } from "../settings/schema.ts";
import { logged, resourceOptions, type StepContext, stepCommand } from "./step.ts";

/**
 * Step `firewall`: SSH on the port sshd really listens on, HTTP, HTTPS; everything else is denied. Returns what the
 * next step has to wait for: the change, and its confirmation.
 */
export function firewall(context: StepContext, settings: Settings, dependsOn: Resource[]): Resource[] {
  const changed = stepCommand(context, "firewall", { payload: firewallPayload(settings), dependsOn });
  return [changed, confirmation(context, changed)];
}

/**
 * The host takes a change back by itself unless it is confirmed. Every operation of the provider dials again, so that
 * this one comes in through the changed firewall, or does not. Its line holds the name of the change: it runs again
 * whenever the step armed one.
 */
function confirmation(context: StepContext, changed: remote.Command): remote.Command {
  return new remote.Command(
    `${context.name}-firewall-confirm`,
    {
      connection: context.connection,
      create: changed.stdout.apply((said) => `sudo geo-system firewall confirm --change ${armed(said)}`),
      ...logged(),
    },
    resourceOptions(context, [changed]),
  );
}

/** The name of the change that waits, from the line `armed NAME: …`. */
const armed = (said: string) => /^armed (\w+):/m.exec(said)?.[1] ?? "none";
