import { posix } from "node:path";
import { template } from "../package-root.ts";
import { handshakeOf } from "../settings/default-handshake.ts";
import { isSticky } from "../settings/instances.ts";
import type { Settings } from "../settings/schema.ts";
import { dependencySettings } from "./dependencies.ts";
import { applicationRoot, backendEnvironment } from "./environment.ts";
import { handoverOf } from "./handover.ts";
import { type PayloadFile, payload } from "./payload.ts";
import { matching, whole } from "./place.ts";
import { portSets } from "./ports.ts";
import { type Release, uploadPath } from "./release.ts";
import { fill } from "./template.ts";

export { renderSecretEnvironment } from "./secret-environment.ts";

/** What of the settings says how the backend runs. */
export type BackendParameters = Pick<
  Settings,
  | "backendSource"
  | "backendName"
  | "user"
  | "backendPort"
  | "backendStandbyPort"
  | "backendInstances"
  | "handover"
  | "sticky"
  | "handoverSeconds"
  | "handshake"
  | "handshakeTimeout"
  | "websocketPath"
  | "backendEnvironment"
  | "backendShared"
  | "hostServices"
  | "keepReleases"
  | "nodeVersion"
  | "nodeSource"
  | "npmRegistry"
>;

/**
 * The payload of step `backend`: which release, how pm2 runs it, and one line a file, so that a preview shows which
 * files of the backend change.
 *
 * @param prover the program that proves a release on the host, see {@link handshakeProgram}
 * @throws if a value could leave its place in a file
 */
export function renderBackend(parameters: BackendParameters, release: Release, prover: string): string {
  const { backendName: name, user, nodeSource } = parameters;
  const ports = portSets(parameters);
  matching("backendName", name, /^[A-Za-z][A-Za-z0-9-]*$/);
  matching("user", user, /^[a-z_][a-z0-9_-]*$/);
  return payload(
    {
      name,
      user,
      // The two sets of ports: a line each port.
      port: ports.a.map((port) => String(whole("backendPort", port, 1, 65_535))),
      "standby-port": ports.b.map((port) => String(whole("backendStandbyPort", port, 1, 65_535))),
      // The sessions of the release before need its processes until the end.
      way: isSticky(parameters) ? "switch" : undefined,
      "websocket-path": parameters.websocketPath,
      handover: handoverOf(parameters),
      "handover-seconds": parameters.handoverSeconds,
      shared: parameters.backendShared?.map((path) => posix.join(release.dependencies.member, path)),
      keep: parameters.keepReleases,
      // These two only say why the application is started anew: `packages` has put them there.
      node: nodeSource === "distribution" ? undefined : parameters.nodeVersion,
      pm2: pm2Version(),
      "npm-registry": parameters.npmRegistry,
      engines: release.engines,
      release: release.hash,
      archive: uploadPath(release.hash),
      ...dependencySettings(release.dependencies),
      build: release.build,
      file: release.manifest.map(({ path, sha256 }) => `${sha256.slice(0, 16)} ${path}`),
    },
    files(parameters, release, prover),
  );
}

/** The version of the lock file from which `packages` installs it. */
export function pm2Version(): string {
  return (JSON.parse(template("pm2/package.json")) as { dependencies: { pm2: string } }).dependencies.pm2;
}

/** What step `backend` runs on the host, beside the application. */
const library = "/usr/local/lib/geo-system";
const programs = [
  "application",
  "dependencies",
  "handover",
  "pm2",
  "preload",
  "retire",
  "serving",
  "signals",
  "sockets",
];

function files(parameters: BackendParameters, release: Release, prover: string): PayloadFile[] {
  const { backendName: name, user, backendInstances: instances } = parameters;
  const { hash, script, nodeArguments, dependencies } = release;
  const root = applicationRoot(name);
  const environment = Object.entries(backendEnvironment(parameters));
  // JSON is JavaScript, so no value can leave its string.
  const text = JSON.stringify;
  return [
    {
      path: `${root}/ecosystem.config.cjs`,
      text: fill("pm2/ecosystem.config.cjs.eta", {
        ...{ name, root, release: hash, member: dependencies.member, script, nodeArguments },
        ...{ environment, instances, text },
        sets: isSticky(parameters) ? portSets(parameters) : undefined,
      }),
    },
    {
      path: `/etc/systemd/system/pm2-${user}.service`,
      text: fill("pm2/boot.service.eta", { user, services: parameters.hostServices }),
    },
    { path: `/etc/logrotate.d/${name}`, text: fill("pm2/logrotate.eta", { name, user }) },
    ...programs.map((file) => ({ path: `${library}/${file}.cjs`, text: template(`pm2/${file}.cjs`) })),
    { path: `${library}/handshake.cjs`, text: prover },
    { path: `${library}/handshake.json`, text: JSON.stringify(gateOf(parameters), null, 2) },
  ];
}

/** What the handshake on the host says and expects: what the one from outside does, but for the log. */
function gateOf(parameters: BackendParameters) {
  return { handshake: handshakeOf(parameters), timeoutMs: parameters.handshakeTimeout * 1000 };
}
