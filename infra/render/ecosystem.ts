import { template } from "../package-root.ts";
import type { Settings } from "../settings/schema.ts";
import { type PayloadFile, payload } from "../steps/payload.ts";
import { applicationRoot, backendEnvironment } from "./environment.ts";
import { matching, whole } from "./place.ts";
import { type Release, uploadPath } from "./release.ts";
import { fill } from "./template.ts";

export { renderSecretEnvironment } from "./secret-environment.ts";

/** What of the settings says how the backend runs. */
export type BackendParameters = Pick<
  Settings,
  | "backendName"
  | "user"
  | "backendPort"
  | "websocketPath"
  | "backendEnvironment"
  | "keepReleases"
  | "nodeVersion"
  | "nodeSource"
  | "npmRegistry"
>;

/**
 * The payload of step `backend`: which release, how pm2 runs it, and one line a file, so that a preview shows which
 * files of the backend change.
 *
 * @throws if a value could leave its place in a file
 */
export function renderBackend(parameters: BackendParameters, release: Release): string {
  const { backendName: name, user, backendPort, nodeSource } = parameters;
  matching("backendName", name, /^[A-Za-z][A-Za-z0-9-]*$/);
  matching("user", user, /^[a-z_][a-z0-9_-]*$/);
  return payload(
    {
      name,
      user,
      port: whole("backendPort", backendPort, 1, 65_535),
      keep: parameters.keepReleases,
      // These two only say why the application is started anew: `packages` has put them there.
      node: nodeSource === "distribution" ? undefined : parameters.nodeVersion,
      pm2: pm2Version(),
      "npm-registry": parameters.npmRegistry,
      engines: release.engines,
      release: release.hash,
      archive: uploadPath(release.hash),
      "own-dependencies": release.installScripts ? "yes" : undefined,
      file: release.manifest.map(({ path, sha256 }) => `${sha256.slice(0, 16)} ${path}`),
    },
    files(parameters, release),
  );
}

/** The version of the lock file from which `packages` installs it. */
export function pm2Version(): string {
  return (JSON.parse(template("pm2/package.json")) as { dependencies: { pm2: string } }).dependencies.pm2;
}

function files(parameters: BackendParameters, { script, nodeArguments }: Release): PayloadFile[] {
  const { backendName: name, user } = parameters;
  const root = applicationRoot(name);
  const environment = Object.entries(backendEnvironment(parameters));
  // JSON is JavaScript, so no value can leave its string.
  const text = JSON.stringify;
  return [
    {
      path: `${root}/ecosystem.config.cjs`,
      text: fill("pm2/ecosystem.config.cjs.eta", { name, root, script, nodeArguments, environment, text }),
    },
    { path: `/etc/systemd/system/pm2-${user}.service`, text: fill("pm2/boot.service.eta", { user }) },
    { path: `/etc/logrotate.d/${name}`, text: fill("pm2/logrotate.eta", { name, user }) },
    { path: "/usr/local/lib/geo-system/application.cjs", text: template("pm2/application.cjs") },
  ];
}
