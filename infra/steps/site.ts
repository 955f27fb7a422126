import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { renderSite } from "../render/nginx.ts";
import type { Settings } from "../settings/schema.ts";
import { type Certificate, certificateFolder } from "./certificate.ts";
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
    options: certificate ? { certificate: certificate.fingerprint } : {},
    dependsOn,
  });
}

export function sitePayload(
  settings: Omit<Settings, "host" | "hostKey" | "privateKey" | "privateKeyPassword">,
  host: string,
): string {
  return renderSite({
    siteName: settings.siteName,
    serverNames: [settings.serverName, host].filter((name) => name !== undefined),
    websocketPath: settings.websocketPath,
    backendPort: settings.backendPort,
    standbyPort: settings.backendStandbyPort,
    readTimeoutSeconds: settings.readTimeout,
    workerConnections: settings.workerConnections,
    tls: settings.tls !== "off",
    certificateFolder,
  });
}
