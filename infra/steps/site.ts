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
  const payload = pulumi.output(settings.host).apply((host) => sitePayload(settings, host));
  return stepCommand(context, "site", {
    payload,
    options: certificate ? certificate.placed : {},
    foreseen: pulumi
      .all([payload, certificate?.foreseen])
      .apply(([text, options]) => options && { payload: text, options }),
    dependsOn,
  });
}
