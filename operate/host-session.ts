import { execa } from "execa";
import { parseConfig } from "../infra/config.ts";
import { withAgent } from "../infra/host/agent.ts";
import type { HostConnection } from "../infra/host/connection.ts";
import { hostConnection } from "../infra/host/pinned.ts";
import { connect, type SshSession } from "../infra/host/ssh.ts";
import type { Settings } from "../infra/settings/schema.ts";
import { validate } from "../infra/settings/validate.ts";
import { project, type ReadyStack } from "./run-pulumi.ts";

/** The host of a stack, as its configuration describes it, with a session on it. */
export interface StackHost {
  settings: Settings;
  connection: HostConnection;
  session: SshSession;
}

/**
 * Logs in to the host of a stack for as long as `work` takes.
 *
 * @throws where the configuration is not valid, or the login fails: with the hop that broke and what to do next
 */
export async function onStackHost<T>(stack: ReadyStack, work: (host: StackHost) => Promise<T>): Promise<T> {
  const settings = await stackSettings(stack);
  const dial = async () => {
    const connection = await hostConnection(settings);
    await using session = await connect(connection);
    return await work({ settings, connection, session }); // the session must outlive it
  };
  return settings.privateKey ? dial() : withAgent(stack.keyPaths, dial);
}

interface ConfigValue {
  value?: string;
}

async function stackSettings(stack: ReadyStack): Promise<Settings> {
  const values = JSON.parse(await pulumi(stack, "config", "--json", "--show-secrets")) as Record<
    string,
    ConfigValue
  >;
  const texts = Object.entries(values).map(([key, { value }]) => [key, value ?? ""] as const);
  return validate(parseConfig(Object.fromEntries(texts), "geo-system:", project));
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
  return JSON.parse(await pulumi(stack, "stack", "output", "--json", "--show-secrets")) as StackOutputs;
}

async function pulumi(stack: ReadyStack, ...args: string[]): Promise<string> {
  return (await execa("pulumi", args, { cwd: project, env: stack.environment })).stdout;
}
