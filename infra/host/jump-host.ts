import type { SshTarget } from "./connection.ts";

/** @example parseJumpHost("bastion.example:2222", "ubuntu") // { user: "ubuntu", host: "bastion.example", port: 2222 } */
export function parseJumpHost(text: string, defaultUser: string): Omit<SshTarget, "hostKey"> {
  const url = new URL(`ssh://${text}`);
  return {
    user: url.username || defaultUser,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : 22,
  };
}
