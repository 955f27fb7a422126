import { parseConfig } from "../infra/config.ts";
import type { HostConnection } from "../infra/host/connection.ts";
import { withHostAgent } from "../infra/host/host-agent.ts";
import { hostConnection } from "../infra/host/pinned.ts";
import { connect, type SshSession } from "../infra/host/ssh.ts";
import type { Operated } from "../infra/settings/operated.ts";
import { validate } from "../infra/settings/validate.ts";
import { connectionOf, jumpWords, operatedOf, ownHost } from "./own/target.ts";
import type { ReadyStack } from "./run-pulumi.ts";
import { hostsIn, stackConfig } from "./stack.ts";
import { askPulumi } from "./target/ask-pulumi.ts";

/** The host of a stack as it is configured, with what the last `up` left. */
interface KnownHost {
  host: string;
  settings: Operated & { port: number; user: string; jumpHost: string | undefined };
  /** Empty where no `up` came to its end. */
  outputs: Partial<StackOutputs>;
  /** With its pinned host key. */
  connection(): Promise<HostConnection>;
  /** Whether it has a private key of its own, so that no agent is needed. */
  hasKey: boolean;
}

/** The same with a session on it. */
export interface StackHost extends Pick<KnownHost, "settings" | "outputs"> {
  connection: HostConnection;
  session: SshSession;
}

/**
 * Logs in to the host of a stack for as long as `work` takes.
 *
 * @param component which host, where the stack has several
 * @throws where the configuration is not valid, or the login fails: with the hop that broke and what to do next
 */
export async function onStackHost<T>(
  stack: ReadyStack,
  component: string | undefined,
  work: (host: StackHost) => Promise<T>,
): Promise<T> {
  const { host, settings, outputs, hasKey, ...known } = await (hasSeveral(stack)
    ? ofState(stack, component)
    : ofConfiguration(stack));
  const dial = async () => {
    const connection = await known.connection();
    await using session = await connect(connection);
    return await work({ settings, outputs, connection, session }); // the session must outlive it
  };
  return hasKey ? dial() : withHostAgent(host, stack.keyPaths, dial);
}

/** Of a fleet, and of a program of one's own, the state tells of each host. */
export const hasSeveral = ({ project, stack }: ReadyStack): boolean =>
  project.own || hostsIn(stackConfig(project.folder, stack)) !== undefined;

async function ofState(stack: ReadyStack, component: string | undefined): Promise<KnownHost> {
  const host = await ownHost(stack, component);
  const connection = connectionOf(host);
  const { port, user } = connection;
  return {
    host: connection.host,
    settings: { ...operatedOf(host), port, user, jumpHost: jumpWords(connection.jumpHost) },
    outputs: host.outputs as Partial<StackOutputs>,
    connection: () => Promise.resolve(connection),
    hasKey: connection.privateKey !== undefined,
  };
}

async function ofConfiguration(stack: ReadyStack): Promise<KnownHost> {
  const [config, outputs] = await Promise.all([
    askPulumi(stack, "config", "--json", "--show-secrets"),
    stackOutputs(stack),
  ]);
  const values = JSON.parse(config) as Record<string, { value?: string }>;
  const texts = Object.entries(values).map(([key, { value }]) => [key, value ?? ""] as const);
  const settings = validate(parseConfig(Object.fromEntries(texts), "geo-system:", stack.project.folder));
  return {
    ...{ host: String(settings.host), settings, outputs, hasKey: settings.privateKey !== undefined },
    connection: () => hostConnection(settings),
  };
}

/** What the last `up` of a stack left: addresses, and a token among them. */
export interface StackOutputs {
  wsUrl?: string;
  wssUrl?: string;
  caCertificate?: string;
  testUrl: string;
  /** Of each of `applications`. */
  testUrls?: Record<string, string>;
}

export async function stackOutputs(stack: ReadyStack): Promise<StackOutputs> {
  return JSON.parse(await askPulumi(stack, "stack", "output", "--json", "--show-secrets")) as StackOutputs;
}
