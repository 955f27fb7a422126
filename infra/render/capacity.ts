import type { Settings } from "../settings/schema.ts";
import { payload } from "./payload.ts";
import { fill } from "./template.ts";

/** Connections that one source address is given: it has 28,232 ports, and those of clients that left stay taken for a minute. */
export const mostOfSource = 20_000;

/** Where the kernel's limits are: last in the order of /etc/sysctl.d, so that no other file lowers them. */
export const sysctlFile = "/etc/sysctl.d/zz-geo-system.conf";

/** What so many connections of clients need. */
export interface Sizes {
  /**
   * Open files of nginx's workers together. A WebSocket is two, one to the client and one to the backend; half as many
   * again, since workers do not share the clients evenly.
   */
  openFiles: number;
  /** Connections that the kernel holds for nginx until a worker takes them: a fourth of all may come in one moment. */
  backlog: number;
  /**
   * Entries of the kernel's table of connections. The two of a WebSocket, and as many of those that left: an entry
   * outlives its connection by two minutes.
   */
  conntrack: number;
  /** Loopback addresses from which nginx connects to the backend. */
  sources: number;
}

/** @example sizesFor(50_000).sources // 3 */
export const sizesFor = (connections: number): Sizes => ({
  openFiles: connections * 3,
  backlog: Math.min(65_535, Math.max(4096, 2 ** Math.ceil(Math.log2(connections / 4)))),
  conntrack: connections * 4,
  sources: Math.ceil(connections / mostOfSource),
});

/** The kernel's settings by name, and the least that each must be. */
export function kernelLimits(connections: number): Record<string, number> {
  const { backlog, conntrack } = sizesFor(connections);
  return {
    "net.core.somaxconn": backlog,
    "net.ipv4.tcp_max_syn_backlog": backlog,
    "net.netfilter.nf_conntrack_max": conntrack,
  };
}

/** The payload of step `capacity`; undefined where nothing is expected, and the step is not there. */
export function capacityPayload({
  expectedConnections: connections,
}: Pick<Settings, "expectedConnections">): string | undefined {
  if (connections === undefined) return undefined;
  return payload({ "expected-connections": connections }, [
    { path: sysctlFile, text: fill("capacity/sysctl.conf.eta", { connections, ...sizesFor(connections) }) },
    { path: "/etc/modules-load.d/geo-system.conf", text: fill("capacity/modules.conf.eta", {}) },
    {
      path: "/etc/systemd/system/nginx.service.d/zz-geo-system.conf",
      text: fill("capacity/nginx.service.conf.eta", {}),
    },
  ]);
}
