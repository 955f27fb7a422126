import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { addresses } from "../../infra/addresses.ts";
import type { HostConnection } from "../../infra/host/connection.ts";
import { withHostAgent } from "../../infra/host/host-agent.ts";
import { resolveHostKey } from "../../infra/host/host-key.ts";
import { parseJumpHost } from "../../infra/host/jump-host.ts";
import { sshLine } from "../../infra/next-commands.ts";
import { packageRoot } from "../../infra/package-root.ts";
import { handshakeOf } from "../../infra/settings/default-handshake.ts";
import { defaultName } from "../../sandbox/host/paths.ts";
import { stackConfig } from "../stack.ts";
import { askPulumi } from "./ask-pulumi.ts";
import type { KnownStack } from "./known-stack.ts";
import {
  applicationNames,
  type Configuration,
  readApplication,
  readConfiguration,
} from "./stack-configuration.ts";
import type { ClientSecrets, Target } from "./target.ts";

const outputsOf = z.object({
  testUrl: z.string().optional(),
  testUrls: z.record(z.string(), z.string()).optional(),
  caCertificate: z.string().optional(),
});

/** The applications of a stack by name; none where it has the one without. */
export const namesOf = ({ project, stack }: KnownStack): string[] =>
  applicationNames(stackConfig(project.folder, stack));

/**
 * A stack as the commands of an operator need it. `outputs`: what Pulumi prints of them; `up`: how it is brought up.
 *
 * @param application the one that is meant, where the host has several
 */
export function describe(
  stack: KnownStack,
  outputs: Promise<string>,
  up: string,
  application?: string,
): Target {
  const settings = configured(stack, application);
  const { host, port, user, siteName, backendName } = settings;
  const { urls } = addresses(settings);
  return {
    ...{ host, user, up, sshPort: port, application: backendName, site: siteName },
    client: clientSecrets(outputs, settings, application),
    ...(application !== undefined && { applicationName: application }),
    urls,
    ssh: stack.sandbox
      ? `npm run -s sandbox -- ssh --name ${stack.sandbox} --`
      : sshLine(host, { port, user, jumpHost: settings.jumpHost }),
    ...(stack.host?.on === false && { off: switchedOff(stack.host.name) }),
    withKeys: (run) =>
      settings.privateKey === undefined && !stack.host ? withHostAgent(host, [], run) : run(),
    connection: () => connectionOf(stack, settings),
  };
}

/** A sandbox may have changed its address or key since its stack was last brought up. */
function configured({ stack, project, host: sandbox }: KnownStack, application?: string): Configuration {
  const now = sandbox && {
    host: sandbox.address,
    port: sandbox.port,
    user: sandbox.user,
    hostKey: sandbox.hostKey,
  };
  const values = stackConfig(project.folder, stack);
  const read =
    application === undefined ? readConfiguration(values, now) : readApplication(application, values, now);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(
    `Pulumi.${stack}.yaml: ${issue?.path.join(".")}: ${issue?.message}\n  next: name the host without a stack: npm run diagnose -- --host ADDRESS`,
  );
}

/** What is said of a sandbox that is off, and how it is switched on. */
export function switchedOff(name: string) {
  const named = name === defaultName ? "" : ` -- up --name ${name}`;
  return {
    cause: `the sandbox "${name}" is switched off`,
    fix: [`npm run sandbox${named || " -- up"}`],
  };
}

/** Without the outputs one goes on as without a token, and says why. */
async function clientSecrets(
  outputs: Promise<string>,
  settings: Configuration,
  application?: string,
): Promise<ClientSecrets> {
  const { backendSource } = settings;
  const handshake = handshakeOf({
    handshake: settings.handshake,
    ...(backendSource && { backendSource: resolve(packageRoot, backendSource) }),
  });
  try {
    const { testUrl: main, testUrls, caCertificate } = outputsOf.parse(JSON.parse(await outputs));
    const testUrl = application === undefined ? main : testUrls?.[application];
    const token = testUrl && { token: new URL(testUrl).searchParams.get("token") ?? "" };
    return { handshake, ...token, ...(caCertificate && { ca: caCertificate }) };
  } catch (error) {
    return { handshake, problem: (error as Error).message };
  }
}

async function connectionOf(stack: KnownStack, settings: Configuration): Promise<HostConnection> {
  if (stack.host?.on === false) {
    const { cause, fix } = switchedOff(stack.host.name);
    throw new Error(`${cause}\n  next: ${fix[0]}`);
  }
  const { host, port, user, hostKey } = settings;
  const jump = settings.jumpHost && parseJumpHost(settings.jumpHost, user);
  const jumpHost = jump && {
    ...jump,
    hostKey: await resolveHostKey({
      ...jump,
      setting: "jumpHostKey",
      ...(settings.jumpHostKey && { hostKey: settings.jumpHostKey }),
    }),
  };
  const keys = await privateKey(stack, settings);
  const target = { host, port, user, ...keys, ...(jumpHost && { jumpHost }) };
  return { ...target, hostKey: await resolveHostKey({ ...target, ...(hostKey && { hostKey }) }) };
}

/** Where a private key is configured it is encrypted in the stack's file: the CLI reads it. A sandbox has one of its own. */
async function privateKey(stack: KnownStack, settings: Configuration) {
  const { host } = stack;
  if (host) return { privateKey: await readFile(host.keyPath, "utf8") };
  if (settings.privateKey === undefined) return {};
  const read = (key: string) =>
    askPulumi(stack, "config", "get", key).then(
      (text) => text.trimEnd(),
      () => undefined,
    );
  const [key, passphrase] = await Promise.all([read("privateKey"), read("privateKeyPassword")]);
  return { ...(key && { privateKey: `${key}\n` }), ...(passphrase && { privateKeyPassword: passphrase }) };
}
