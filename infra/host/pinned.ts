import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { ownerName } from "../owner.ts";
import { hostPlan } from "../preview/host-plan.ts";
import { progress } from "../preview/progress.ts";
import { readable } from "../readable-error.ts";
import type { WebSocketHostArgs } from "../settings/arguments.ts";
import { releaseProblems } from "../settings/backend-problems.ts";
import type { Settings } from "../settings/schema.ts";
import { validate } from "../settings/validate.ts";
import { connectionArgs, type HostConnection, type SshTarget } from "./connection.ts";
import { credentials } from "./credentials.ts";
import { resolveHostKey } from "./host-key.ts";
import { parseJumpHost } from "./jump-host.ts";

/** One connection in the two forms the program needs: for `@pulumi/command`, and for dialling itself. */
export interface PinnedConnection {
  args: types.input.remote.ConnectionArgs;
  connection: pulumi.Output<HostConnection>;
}

type Known = pulumi.Unwrap<Settings>;

/**
 * Arguments with the host keys filled in, for a program that knows its host beforehand: what is wrong with the
 * connection is then said before any resource is registered.
 *
 * @param name of the `WebSocketHost` to come
 * @throws RunError where a host key is not known, or where an `up` has no SSH agent
 */
export async function withHostKeys(name: string, raw: Record<string, unknown>): Promise<WebSocketHostArgs> {
  const settings = validate(raw, await readable(releaseProblems(raw, progress))) as Known;
  const connection = await readable(pin(settings));
  await readable(hostPlan(settings, connection, ownerName(name)));
  const { hostKey, jumpHost } = connection;
  const keys = { hostKey, ...(jumpHost && { jumpHostKey: jumpHost.hostKey }) };
  return { ...raw, ...keys } as unknown as WebSocketHostArgs;
}

/** The connection that the settings describe, with the host keys pinned: configured, or from known_hosts. */
export function pinnedConnection(settings: Settings): PinnedConnection {
  const { host, hostKey, privateKey, privateKeyPassword } = settings;
  const connection = pulumi
    .output({ host, hostKey, privateKey, privateKeyPassword })
    .apply((known) => readable(pin({ ...settings, ...known } as Known)));
  // Only the private key is secret: the rest stays readable in the preview.
  const open = pulumi.unsecret(connection);
  const jumpHost = settings.jumpHost && {
    ...parseJumpHost(settings.jumpHost, settings.user),
    hostKey: open.apply(({ jumpHost }) => jumpHost?.hostKey ?? ""),
  };
  const args = connectionArgs({
    host,
    port: settings.port,
    user: settings.user,
    hostKey: open.hostKey,
    ...(privateKey && { privateKey }),
    ...(privateKeyPassword && { privateKeyPassword }),
    ...(jumpHost && { jumpHost }),
  });
  return { args, connection };
}

/**
 * The connection of settings in which nothing comes later, for a program that is not run by Pulumi.
 *
 * @throws where a host key is not known, or there is no SSH agent
 */
export const hostConnection = (settings: Settings): Promise<HostConnection> => pin(settings as Known);

async function pin(settings: Known): Promise<HostConnection> {
  const { host, port, user, privateKey, privateKeyPassword } = settings;
  const keys = { ...(privateKey && { privateKey }), ...(privateKeyPassword && { privateKeyPassword }) };
  const jumpHost =
    settings.jumpHost && (await pinJumpHost(parseJumpHost(settings.jumpHost, user), settings.jumpHostKey));
  // A preview continues without an agent, and says that it could not check; an `up` would fail at its first step.
  if (!pulumi.runtime.isDryRun()) await credentials(keys);
  const through = jumpHost ? { jumpHost } : {};
  const target = { host, port, user, ...keys, ...through };
  return {
    ...target,
    hostKey: await resolveHostKey({ ...target, ...(settings.hostKey && { hostKey: settings.hostKey }) }),
  };
}

async function pinJumpHost(
  jump: Omit<SshTarget, "hostKey">,
  hostKey: string | undefined,
): Promise<SshTarget> {
  return {
    ...jump,
    hostKey: await resolveHostKey({ ...jump, setting: "jumpHostKey", ...(hostKey && { hostKey }) }),
  };
}
