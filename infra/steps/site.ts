import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { sitePayload } from "../render/site.ts";
import type { Settings } from "../settings/schema.ts";
import type { Certificate } from "./certificate.ts";
import { type StepContext, stepCommand } from "./step.ts";

/** Step `site`: the nginx site that upgrades the WebSocket path; one reload when it or the certificate changed. */
export function site(
  context: StepContext,
  settings: Settings,
  certificate: Certificate | undefined,
  dependsOn: pulumi.Resource[],
): remote.Command {
  return stepCommand(context, "site", {
    payload: pulumi.output(settings.host).apply((host) => sitePayload(settings, host)),
    options: certificate ? certificate.placed : {},
    dependsOn,
  });
}
