import { addresses } from "../../infra/addresses.ts";
import type { HostConnection } from "../../infra/host/connection.ts";
import { withHostAgent } from "../../infra/host/host-agent.ts";
import { sshLine } from "../../infra/next-commands.ts";
import { type Application, applicationsOf } from "../../infra/settings/applications.ts";
import { handshakeOf } from "../../infra/settings/default-handshake.ts";
import { type Operated, readOperated } from "../../infra/settings/operated.ts";
import { mainPath } from "../../infra/settings/routes.ts";
import type { StackOutputs } from "../host-session.ts";
import type { Project } from "../project.ts";
import { among } from "../target/among.ts";
import { askPulumi } from "../target/ask-pulumi.ts";
import type { Target } from "../target/target.ts";
import { ownStack } from "./stack.ts";
import { chosenHost, chosenHosts, hostsIn, type OwnHost } from "./state.ts";

/** The options by which a host of one's own program is named. */
interface Wanted {
  stack: string | undefined;
  component: string | undefined;
  application: string | undefined;
}

/**
 * The host of a stack of a program of one's own, or each host of its fleet, as its state has it, once for each of its applications or for the one
 * that is meant. Nothing is started or written for it.
 */
export async function ownTargets(project: Project, wanted: Wanted): Promise<Target[]> {
  const stack = await ownStack(project, wanted.stack);
  const hosts = await ownHosts(stack, wanted.component);
  const up = wanted.stack ? `npm run up -- --stack ${wanted.stack}` : "npm run up";
  return hosts.flatMap((host) => targetsOfHost(host, up, wanted.application));
}

type Asked = Parameters<typeof askPulumi>[0] & { stack: string };

/** The hosts that are meant: one, or all of a fleet. */
export async function ownHosts(stack: Asked, component: string | undefined): Promise<OwnHost[]> {
  const state = await askPulumi(stack, "stack", "export", "--show-secrets");
  return chosenHosts(hostsIn(state), component, stack.stack);
}

/** @throws where the state has no host, several, or one that was never reached */
export async function ownHost(
  stack: { stack: string; project: Project; environment: NodeJS.ProcessEnv },
  component: string | undefined,
): Promise<OwnHost> {
  const state = await askPulumi(stack, "stack", "export", "--show-secrets");
  return chosenHost(hostsIn(state), component, stack.stack);
}

export function targetsOfHost(host: OwnHost, up: string, wanted?: string): Target[] {
  const applications = applicationsOf(operatedOf(host));
  const names = among(
    applications.flatMap(({ called }) => called ?? []),
    applications.length > 1 || applications[0]?.called ? wanted : undefined,
  );
  return applications
    .filter(({ called }) => called === undefined || names.includes(called))
    .map((application) => targetOf(host, application, up));
}

function targetOf(host: OwnHost, application: Application<Operated>, up: string): Target {
  const connection = connectionOf(host);
  const { user, port } = connection;
  const { called, backendName, siteName } = application;
  return {
    ...{ host: connection.host, user, up, sshPort: port, application: backendName, site: siteName },
    ...(host.fleet !== undefined && { member: host.name }),
    ...(called !== undefined && { applicationName: called }),
    urls: addresses({ ...application, host: connection.host }).urls,
    ssh: sshLine(connection.host, { port, user, jumpHost: jumpWords(connection.jumpHost) }),
    client: Promise.resolve({ handshake: handshakeOf(application), ...secretsOf(host, called) }),
    withKeys: (run) =>
      connection.privateKey === undefined ? withHostAgent(connection.host, [], run) : run(),
    connection: () => Promise.resolve(connection),
  };
}

/** What the last `up` left for clients. */
function secretsOf({ outputs }: OwnHost, called: string | undefined) {
  const { testUrl: main, testUrls, caCertificate } = outputs as Partial<StackOutputs>;
  const testUrl = called === undefined ? main : testUrls?.[called];
  return {
    ...(testUrl !== undefined && { token: new URL(testUrl).searchParams.get("token") ?? "" }),
    ...(caCertificate && { ca: caCertificate }),
    ...(testUrl === undefined && { problem: "no `up` of this stack has come to its end" }),
  };
}

/** @throws where no step of the host was ever made */
export function connectionOf({ name, connection }: OwnHost): HostConnection {
  if (!connection)
    throw new Error(
      `${name}: expected a host that an \`up\` has reached, found none\n  next: npm run up   or name it: --host ADDRESS`,
    );
  const { proxy, privateKey, privateKeyPassword, ...target } = connection;
  return {
    ...target,
    ...(privateKey && { privateKey }),
    ...(privateKeyPassword && { privateKeyPassword }),
    ...(proxy && { jumpHost: proxy }),
  };
}

/** Of a state of an older version, or of an `up` that never came to its end, the defaults. */
export function operatedOf({ settings }: OwnHost): Operated {
  const read = readOperated(settings);
  return { ...read, websocketPath: mainPath(read) };
}

export const jumpWords = (jump: HostConnection["jumpHost"]) =>
  jump && `${jump.user}@${jump.host}${jump.port === 22 ? "" : `:${jump.port}`}`;
