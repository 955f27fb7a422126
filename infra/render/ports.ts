import { instancePorts, isSticky } from "../settings/instances.ts";
import type { Settings } from "../settings/schema.ts";

/**
 * The two sets of loopback ports of a backend. A release is on one of them, set `a` at first; a release that nginx hands
 * over takes the other one, so the sets swap roles. The host records which one is in use, `set: a` or `set: b`, and
 * its `ports`, in /var/lib/geo-system/backend/current; nginx's link /etc/nginx/geo-system/upstream.conf follows it, and stays
 * with these ports where others are wanted, until a release serves there.
 *
 * One port a set, unless instances have ports of their own.
 */
export interface PortSets {
  a: readonly number[];
  b: readonly number[];
}

export type PortSettings = Pick<
  Settings,
  "backendPort" | "backendStandbyPort" | "backendInstances" | "sticky" | "handshake"
>;

/**
 * The set that a release goes to, or proves itself on: the other one. Where the release in use is on ports of neither set,
 * set `a`, unless it has one of these; see templates/scripts/backend-ports.sh.
 */
export function nextSet(
  { a, b }: PortSets,
  { set = "a", ports }: { set?: "a" | "b"; ports?: readonly number[] } = {},
): keyof PortSets {
  const own = set === "a" ? a : b;
  if (!ports || ports.join() === own.join()) return set === "a" ? "b" : "a";
  return ports.some((port) => a.includes(port)) ? "b" : "a";
}

export function portSets(settings: PortSettings): PortSets {
  const { backendPort, backendStandbyPort, backendInstances } = settings;
  const each = isSticky(settings) ? backendInstances : 1;
  return { a: instancePorts(backendPort, each), b: instancePorts(backendStandbyPort, each) };
}
