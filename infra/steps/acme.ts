import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { acmePayload } from "../render/acme.ts";
import type { Settings } from "../settings/schema.ts";
import { type StepContext, stepCommand } from "./step.ts";

/**
 * Step `acme`: a certificate from an ACME CA, ordered by the host itself where none there covers the names, and the timer
 * that renews it. After `site`, which answers the CA's challenges. None for another `tls`.
 */
export function acme(
  context: StepContext,
  settings: Settings,
  dependsOn: pulumi.Resource[],
): remote.Command | undefined {
  if (settings.tls !== "acme") return undefined;
  return stepCommand(context, "acme", {
    payload: pulumi
      .all([settings.host, settings.acmeEabHmacKey])
      .apply(([host, key]) => acmePayload(settings, host, key)),
    secret: settings.acmeEabKeyId !== undefined,
    dependsOn,
  });
}
