import { template } from "../package-root.ts";
import type { Settings } from "../settings/schema.ts";
import { payload } from "./payload.ts";

/** npm for the sources of Node that bring none: the last line that every supported Node runs. */
const npmVersion = "11.19.1";

/** The payload of step `packages`. */
export function packagesPayload(
  settings: Pick<
    Settings,
    | "tls"
    | "aptMirror"
    | "nodeSource"
    | "nodeVersion"
    | "nodeMirror"
    | "npmRegistry"
    | "hostPackages"
    | "hostServices"
  >,
): string {
  return payload(
    {
      apt: [
        ...["nginx", "ufw", "openssl", "curl", "ca-certificates", "xz-utils"],
        // For the ACME client, which is newer than the one of any distribution.
        ...(settings.tls === "acme" ? ["python3-venv"] : []),
      ],
      "host-package": settings.hostPackages,
      "host-service": settings.hostServices,
      "apt-mirror": settings.aptMirror,
      "node-source": settings.nodeSource,
      node: settings.nodeVersion,
      "node-mirror": settings.nodeMirror,
      npm: npmVersion,
      "npm-registry": settings.npmRegistry,
      pm2: (JSON.parse(template("pm2/package.json")) as { dependencies: { pm2: string } }).dependencies.pm2,
    },
    ["package.json", "package-lock.json"].map((name) => ({
      path: `/opt/geo-system/pm2/${name}`,
      text: template(`pm2/${name}`),
    })),
  );
}
