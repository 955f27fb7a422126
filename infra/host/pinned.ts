import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/schema.ts";
import { connectionArgs, type HostConnection, type SshTarget } from "./connection.ts";
import { resolveHostKey } from "./host-key.ts";

/** One connection in the two forms the program needs: for `@pulumi/command`, and for dialling itself. */
export interface PinnedConnection {
  args: types.input.remote.ConnectionArgs;
  connection: pulumi.Output<HostConnection>;
}

type Known = pulumi.Unwrap<Settings>;

/** The connection that the settings describe, with the host keys pinned: configured, or from known_hosts. */
export function pinnedConnection(settings: Settings): PinnedConnection {
  const { host, hostKey, privateKey, privateKeyPassword } = settings;
  const connection = pulumi
    .output({ host, hostKey, privateKey, privateKeyPassword })
    .apply((known) => pin({ ...settings, ...known } as Known));
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

async function pin(settings: Known): Promise<HostConnection> {
  const { host, port, user, privateKey, privateKeyPassword } = settings;
  const keys = { ...(privateKey && { privateKey }), ...(privateKeyPassword && { privateKeyPassword }) };
  const jumpHost =
    settings.jumpHost && (await pinJumpHost(parseJumpHost(settings.jumpHost, user), settings.jumpHostKey));
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

/** @example parseJumpHost("bastion.example:2222", "ubuntu") // { user: "ubuntu", host: "bastion.example", port: 2222 } */
export function parseJumpHost(text: string, defaultUser: string): Omit<SshTarget, "hostKey"> {
  const url = new URL(`ssh://${text}`);
  return {
    user: url.username || defaultUser,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : 22,
  };
}
