import type { remote } from "@pulumi/command";
import type { Resource } from "@pulumi/pulumi";
import type { Settings } from "../settings/schema.ts";
import { payload } from "./payload.ts";
import { type StepContext, stepCommand } from "./step.ts";

/** Step `firewall`: SSH on the port sshd really listens on, HTTP, HTTPS; everything else is denied. */
export function firewall(context: StepContext, settings: Settings, dependsOn: Resource[]): remote.Command {
  return stepCommand(context, "firewall", { payload: firewallPayload(settings), dependsOn });
}

export function firewallPayload({ tls }: Pick<Settings, "tls">): string {
  return payload({
    allow: ["ssh", "80/tcp", ...(tls === "off" ? [] : ["443/tcp"])],
    default: "deny incoming",
  });
}
