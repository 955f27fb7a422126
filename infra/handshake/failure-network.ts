import type { HostNames, Reading } from "./advice.ts";
import { bareHost, portOf } from "./open.ts";
import type { Seen } from "./seen.ts";

/** Before a connection stands: name resolution and TCP. */
export function networkFailure(hop: string, seen: Seen, { ssh }: HostNames): Reading {
  const url = new URL(seen.url);
  const host = bareHost(url);
  const port = portOf(url);
  if (hop === "name")
    return { cause: `the name ${host} cannot be resolved${why(seen)}`, next: `getent hosts ${host}` };
  switch (seen.code) {
    case "ECONNREFUSED":
      return {
        cause: `nothing accepts connections on port ${port} (ECONNREFUSED): nginx is down, or a firewall rejects them`,
        next: `${ssh} systemctl status nginx`,
      };
    case "ENETUNREACH":
    case "EHOSTUNREACH":
    case "EADDRNOTAVAIL":
      return {
        cause: `there is no route from here to ${host} (${seen.code}): a route is missing, or a firewall reports that`,
        next: `ip route get ${host}`,
      };
    case "EMFILE":
      return {
        cause: "this machine has no file descriptor left for a connection (EMFILE)",
        next: "ulimit -n 4096",
      };
    case undefined:
    case "ETIMEDOUT":
      return {
        cause: `nothing answers on port ${port}${waited(seen)}: a firewall drops the packets, the host's own (ufw) or the cloud's in front of it`,
        next: `${ssh} sudo ufw status`,
      };
    default:
      return { cause: `no connection to port ${port}: ${seen.message}`, next: `${ssh} sudo ss -ltnp` };
  }
}

function why({ code, waitedMs }: Seen): string {
  if (code !== undefined) return ` (${code})`;
  return waitedMs === undefined ? "" : ` within ${waitedMs / 1000} s`;
}

function waited({ waitedMs }: Seen): string {
  return waitedMs === undefined ? " (ETIMEDOUT)" : ` within ${waitedMs / 1000} s`;
}
