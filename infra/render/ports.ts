import { instancePorts, isSticky } from "../settings/instances.ts";
import type { Settings } from "../settings/schema.ts";

/**
 * The two sets of loopback ports of a backend. A release is on one of them, set `a` at first; a release that nginx hands
 * over takes the other one, so the sets swap roles. The host records which one is in use: `set: a` or `set: b` in
 * /var/lib/geo-system/backend/current, and nginx's link /etc/nginx/geo-system/upstream.conf follows it.
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

export function portSets(settings: PortSettings): PortSets {
  const { backendPort, backendStandbyPort, backendInstances } = settings;
  const each = isSticky(settings) ? backendInstances : 1;
  return { a: instancePorts(backendPort, each), b: instancePorts(backendStandbyPort, each) };
}
