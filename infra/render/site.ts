import { readFileSync } from "node:fs";
import { applicationsOf } from "../settings/applications.ts";
import { isSticky } from "../settings/instances.ts";
import { routesOf } from "../settings/routes.ts";
import type { Settings } from "../settings/schema.ts";
import { applicationOf } from "../step-names.ts";
import { acmeWebroot } from "./acme.ts";
import { certificateFolder } from "./certificate-folder.ts";
import { renderSite } from "./nginx.ts";
import { portSets } from "./ports.ts";
import { siteNames } from "./site-names.ts";

/** The payload of step `site`. */
export function sitePayload(
  settings: Omit<Settings, "host" | "hostKey" | "privateKey" | "privateKeyPassword">,
  host: string,
): string {
  return renderSite({
    siteName: settings.siteName,
    replaces: settings.takeOver?.site,
    serverNames: siteNames(settings, host),
    routes: routesOf(settings),
    upstreams: applicationsOf(settings).map((each) => ({
      application: applicationOf(each.step),
      ports: portSets(each),
      sticky: isSticky(each),
    })),
    readTimeoutSeconds: settings.readTimeout,
    expectedConnections: settings.expectedConnections,
    workerConnections: settings.workerConnections,
    workerShutdownSeconds: settings.workerShutdownTimeout,
    tls: settings.tls !== "off",
    httpsOnly: settings.httpsOnly,
    certificateFolder,
    acmeWebroot,
    includes: ownDirectives(settings),
    trustedProxies: settings.trustedProxies,
    proxyProtocol: settings.proxyProtocol,
  });
}

function ownDirectives({ siteInclude, siteHttpInclude }: Pick<Settings, "siteInclude" | "siteHttpInclude">) {
  return {
    ...(siteHttpInclude && { http: readFileSync(siteHttpInclude, "utf8") }),
    ...(siteInclude && { server: readFileSync(siteInclude, "utf8") }),
  };
}
