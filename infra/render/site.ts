import { readFileSync } from "node:fs";
import { isSticky } from "../settings/instances.ts";
import { routesOf } from "../settings/routes.ts";
import type { Settings } from "../settings/schema.ts";
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
    ports: portSets(settings),
    sticky: isSticky(settings),
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
