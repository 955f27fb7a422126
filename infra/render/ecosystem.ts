import { posix } from "node:path";
import { template } from "../package-root.ts";
import { handshakeOf } from "../settings/default-handshake.ts";
import { isSticky } from "../settings/instances.ts";
import type { Settings } from "../settings/schema.ts";
import { takenData } from "../settings/taken-data.ts";
import { applicationOf, type BackendStep, suffixed } from "../step-names.ts";
import { dependencySettings } from "./dependencies.ts";
import { applicationRoot, backendEnvironment, expand } from "./environment.ts";
import { handoverOf } from "./handover.ts";
import { type PayloadFile, payload } from "./payload.ts";
import { matching, whole } from "./place.ts";
import { portSets } from "./ports.ts";
import { type Release, uploadPath } from "./release.ts";
import { binFolder, describeStart, type Start } from "./start/start.ts";
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
> &
  Partial<Pick<Settings, "takeOver" | "routes">> & { step?: BackendStep };

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
      "take-over": parameters.takeOver?.application,
      ...takenSettings(parameters, release.dependencies.member),
      keep: parameters.keepReleases,
      // These two only say why the application is restarted: `packages` has put them there.
      node: nodeSource === "distribution" ? undefined : parameters.nodeVersion,
      pm2: pm2Version(),
      "npm-registry": parameters.npmRegistry,
      engines: release.engines,
      start: describeStart(release.start),
      release: release.hash,
      archive: uploadPath(release.hash, parameters.step),
      ...dependencySettings(release.dependencies),
      build: release.build,
      file: release.manifest.map(({ path, sha256 }) => `${sha256.slice(0, 16)} ${path}`),
    },
    files(parameters, release, prover),
  );
}

/** Data of the application that gives way: where it is, and to which path of a release it comes. */
function takenSettings(parameters: BackendParameters, member: string) {
  const all = takenData(parameters);
  return {
    "take-data": all.map(({ source }) => source),
    "take-data-to": all.map(({ path }) => posix.join(member, path)),
  };
}

/** The version of the lock file from which `packages` installs it. */
export function pm2Version(): string {
  return (JSON.parse(template("pm2/package.json")) as { dependencies: { pm2: string } }).dependencies.pm2;
}

const inFolder = (step: BackendStep = "backend") => {
  const application = applicationOf(step);
  return application === undefined ? "" : `${application}/`;
};

/** What step `backend` runs on the host, beside the application. */
const library = "/usr/local/lib/geo-system";
const programs = [
  ...["application", "dependencies", "elsewhere", "handover", "manifest", "pm2", "preload", "program"],
  ...["retire", "serving", "signals", "sockets"],
];

function files(parameters: BackendParameters, release: Release, prover: string): PayloadFile[] {
  const { backendName: name, user, backendInstances: instances } = parameters;
  const root = applicationRoot(name);
  const started = startOn(
    `${root}/releases/${release.hash}/${release.dependencies.member}`,
    release.start,
    parameters,
  );
  // JSON is JavaScript, so no value can leave its string.
  const text = JSON.stringify;
  return [
    {
      path: `${root}/ecosystem.config.cjs`,
      text: fill("pm2/ecosystem.config.cjs.eta", {
        ...{ ...started, name, root, instances, text },
        upstream: `/etc/nginx/geo-system/${inFolder(parameters.step)}upstream.conf`,
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
    {
      path: `${library}/${suffixed("handshake", parameters.step ?? "backend")}.json`,
      text: JSON.stringify(gateOf(parameters), null, 2),
    },
  ];
}

/** How a release starts in its folder, in the words of pm2. */
function startOn(folder: string, start: Start, parameters: BackendParameters) {
  const environment = backendEnvironment(parameters, start.environment);
  // Another one at the standby: the program on the host fills it in.
  const known = { ...environment, PORT: "${PORT}" };
  const isBin = start.script.startsWith(binFolder);
  // A dependency's program may start another process, which has to leave its port as well.
  const options = [environment.NODE_OPTIONS, `--require=${library}/preload.cjs`].filter(Boolean).join(" ");
  return {
    cwd: posix.resolve(folder, start.cwd),
    script: posix.relative(start.cwd, start.script),
    nodeArguments: start.nodeArguments.map((word) => expand(word, known)),
    args: start.args.map((word) => expand(word, known)),
    environment: Object.entries({ ...environment, ...(isBin && { NODE_OPTIONS: options }) }),
    // Time to finish what is being written, after SIGINT. A release asks its clients to come back before that.
    pm2: Object.entries({ kill_timeout: 5000, ...start.pm2 }),
  };
}

/** What the handshake on the host says and expects: what the one from outside does, but for the log. */
function gateOf(parameters: BackendParameters) {
  return { handshake: handshakeOf(parameters), timeoutMs: parameters.handshakeTimeout * 1000 };
}
