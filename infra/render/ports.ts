import type { Settings } from "../settings/schema.ts";

/**
 * The two sets of loopback ports of a backend. A release is on one of them, set `a` at first; a release that nginx hands
 * over takes the other one, so the sets swap roles. The host records which one is in use: `set: a` or `set: b` in
 * /var/lib/geo-system/backend/current, and nginx's link /etc/nginx/geo-system/upstream.conf follows it.
 *
 * One port a set, unless instances have ports of their own: everything that handles a set takes a list (the payload's
 * `port` and `standby-port`, application.cjs, templates/nginx/upstream.conf.eta), so more ports in `a` and `b` here, a
 * process for each of them in pm2.cjs `launch`, and `way: switch` in the payload are all that sticky instances need.
 */
export interface PortSets {
  a: readonly number[];
  b: readonly number[];
}

export function portSets({
  backendPort,
  backendStandbyPort,
}: Pick<Settings, "backendPort" | "backendStandbyPort">): PortSets {
  return { a: [backendPort], b: [backendStandbyPort] };
}
