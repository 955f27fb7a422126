import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { execa } from "execa";
import * as sandbox from "../sandbox/host/sandbox.ts";
import { say } from "../sandbox/host/say.ts";
import { sandboxEnvironment } from "./sandbox-environment.ts";
import { sandboxFleet } from "./sandbox-fleet.ts";
import { stackOf } from "./sandbox-names.ts";
import { hostsIn, refuseOwnHost, stackConfig } from "./stack.ts";

const project = "geo-system";

/** What a run of the CLI on the stack of a sandbox needs. */
export interface SandboxStack {
  environment: Record<string, string>;
  keyPaths: string[];
}

/**
 * Starts a sandbox that does not run, and makes its stack ready.
 *
 * @param wanted how many hosts it shall have, as a fleet; undefined: as it is
 * @throws where the stack is one of a host that is no sandbox, before anything is started or written
 */
export async function readySandboxStack(
  name: string,
  cwd: string,
  base: NodeJS.ProcessEnv,
  wanted?: number,
): Promise<SandboxStack> {
  const before = stackConfig(cwd, stackOf(name));
  refuseOwnHost(stackOf(name), before);
  const fleet = await sandboxFleet(name, before, wanted);
  const info = await sandbox.up(name);
  const folder = sandbox.folder(name);
  const environment = sandboxEnvironment(name);
  await prepare(info, folder, cwd, { ...base, ...environment }, fleet?.hosts);
  return { environment, keyPaths: fleet?.keyPaths ?? [info.keyPath] };
}

/** Makes the stack where there is none, and tells it which host to use. Other keys stay as a person set them. */
async function prepare(
  info: sandbox.SandboxInfo,
  folder: string,
  cwd: string,
  environment: NodeJS.ProcessEnv,
  hosts: readonly unknown[] | undefined,
): Promise<void> {
  const stack = stackOf(info.name);
  const pulumi = (...args: string[]) => execa("pulumi", args, { cwd, env: environment });
  if (!existsSync(join(folder, "pulumi/.pulumi/stacks", project, `${stack}.json`))) {
    mkdirSync(join(folder, "pulumi"), { recursive: true });
    // Not selected: the operator's own choice of a stack stays.
    await pulumi("stack", "init", stack, "--no-select");
  }
  const config = stackConfig(cwd, stack);
  if (hosts) await prepareFleet(hosts, config, pulumi);
  for (const line of hosts ? [] : setBack(info, config)) say(line);
  const ca = await sandbox.ca(info.name);
  const unused = acmeUnused(ca, config);
  if (unused.length > 0) {
    say(`Pulumi.${stack}.yaml: ${unused.join(", ")} removed, which were for the CA beside the sandbox`);
    await pulumi("config", "rm-all", "--stack", stack, ...unused.map((key) => `${project}:${key}`));
  }
  const acme = acmeConfig(ca, config);
  if (acme.length > 0) say(saysAcme(stack, acme));
  const connection = hosts ? [] : connectionOf(info);
  const wanted = [...(await wantedConfig(connection, config)), ...asArguments(acme)];
  if (wanted.length > 0) await pulumi("config", "set-all", "--path", "--stack", stack, ...wanted);
}

type Pulumi = (...args: string[]) => Promise<unknown>;

/** The hosts of a fleet in the place of the one host. */
async function prepareFleet(hosts: readonly unknown[], config: Record<string, unknown>, pulumi: Pulumi) {
  const ofOne = ["host", "port", "user", "hostKey"].map((key) => `${project}:${key}`);
  const unused = ofOne.filter((key) => key in config);
  if (unused.length > 0) await pulumi("config", "rm-all", ...unused);
  if (!isDeepStrictEqual(hosts, hostsIn(config)))
    await pulumi("config", "set", `${project}:hosts`, JSON.stringify(hosts));
}

function connectionOf({ address: host, port, user, hostKey }: sandbox.SandboxInfo): [string, string][] {
  return Object.entries({ host, port, user, hostKey }).map(([key, value]) => [
    `${project}:${key}`,
    String(value),
  ]);
}

/** What is said of settings that the sandbox decides, and that hold another value: it was set by hand, or the host is new. */
export function setBack(info: sandbox.SandboxInfo, config: Record<string, unknown>): string[] {
  const stack = stackOf(info.name);
  return connectionOf(info)
    .filter(([key, value]) => Object.keys(config).length > 0 && String(config[key]) !== value)
    .map(
      ([key, value]) =>
        `Pulumi.${stack}.yaml: ${key} is ${value} again, because the sandbox "${info.name}" has it so; found ${JSON.stringify(config[key]) ?? "nothing"}`,
    );
}

/** Also when a person took them away: they would come back without a word. */
const saysAcme = (stack: string, acme: Setting[]) =>
  `Pulumi.${stack}.yaml: ${acme.map(([key]) => key).join(", ")} set, for the CA beside the sandbox. Another kind of certificate: PULUMI_STACK=${stack} npm run -s pulumi -- config set tls self-signed`;

type Setting = [key: string, value: string];

const asArguments = (settings: Setting[]) =>
  settings.flatMap(([key, value]) => ["--plaintext", `${project}:${key}=${value}`]);

/** The settings that are missing or old, as arguments of `pulumi config set-all`. */
async function wantedConfig(own: [string, string][], config: Record<string, unknown>): Promise<string[]> {
  const connection = own
    .filter(([key, value]) => String(config[key]) !== value)
    .flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
  const once = [
    ...(config[`${project}:nodeSource`]
      ? []
      : ["--plaintext", `${project}:nodeSource=${await reachableNodeSource()}`]),
    // Several applications have each its own.
    ...(config[`${project}:backendSecretEnvironment`] || config[`${project}:applications`]
      ? []
      : ["--secret", `${project}:backendSecretEnvironment.TOKEN_SECRET=${randomBytes(32).toString("hex")}`]),
  ];
  return [...connection, ...once];
}

/** With a CA beside the sandbox its stack has `tls: acme`, unless a person chose another kind, or another CA. */
function acmeConfig(ca: sandbox.SandboxCa | undefined, config: Record<string, unknown>): Setting[] {
  const of = (key: string) => config[`${project}:${key}`];
  const own =
    (of("acmeDirectory") ?? "") === "" || /^https:\/\/198\.18\..*:14000\//.test(String(of("acmeDirectory")));
  if (!ca || !own || (of("tls") ?? "acme") !== "acme") return [];
  const wanted = {
    tls: "acme",
    acmeTermsAgreed: of("acmeTermsAgreed") ?? true,
    acmeDirectory: ca.directory,
    acmeCaFile: ca.trustFile,
    acmeProfile: of("acmeProfile") ?? ownProfile,
  };
  return Object.entries(wanted)
    .map(([key, value]): Setting => [key, String(value)])
    .filter(([key, value]) => String(of(key)) !== value);
}

/** With another kind of certificate these keys are refused: what was set here goes, what a person set stays. */
function acmeUnused(ca: sandbox.SandboxCa | undefined, config: Record<string, unknown>): string[] {
  const of = (key: string) => config[`${project}:${key}`];
  if (!ca || (of("tls") ?? "acme") === "acme") return [];
  const own = { acmeCaFile: ca.trustFile, acmeProfile: ownProfile };
  return Object.entries(own)
    .filter(([key, value]) => of(key) === value)
    .map(([key]) => key);
}

/** Without one Pebble takes any. */
const ownProfile = "shortlived";

/** The official archive where this machine reaches it, else the same files from the npm registry. */
async function reachableNodeSource(): Promise<"archive" | "npm"> {
  const reached = await fetch("https://nodejs.org/dist/index.json", {
    method: "HEAD",
    signal: AbortSignal.timeout(3000),
  }).then(
    (answer) => answer.ok,
    () => false,
  );
  return reached ? "archive" : "npm";
}
