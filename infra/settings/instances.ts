import type { Settings } from "./schema.ts";

/** What of the settings says how many processes serve, and on which ports. */
export type InstanceSettings = Pick<
  Settings,
  "backendInstances" | "sticky" | "handshake" | "backendPort" | "backendStandbyPort"
>;

/** Protocols of several HTTP requests that must meet the same process. */
const needsSticky: ReadonlySet<unknown> = new Set(["socket.io"]);

/** Whether nginx keeps each client at one of several instances, each of which has a port of its own. */
export function isSticky({
  backendInstances,
  sticky,
  handshake,
}: Pick<InstanceSettings, "backendInstances" | "sticky" | "handshake">): boolean {
  return backendInstances > 1 && (sticky ?? needsSticky.has(handshake));
}

/**
 * The ports of all instances, the first one given. Every second one: those in between are the other set's, since
 * `backendStandbyPort` is usually the next port after `backendPort`.
 *
 * @example instancePorts(3000, 3) // [3000, 3002, 3004]
 */
export const instancePorts = (first: number, instances: number): number[] =>
  Array.from({ length: instances }, (_, instance) => first + 2 * instance);

/** The two sets of ports between which the releases of an application take turns. */
export function portSets(settings: InstanceSettings): { first: number[]; second: number[] } {
  const { backendPort, backendStandbyPort, backendInstances } = settings;
  const count = isSticky(settings) ? backendInstances : 1;
  return { first: instancePorts(backendPort, count), second: instancePorts(backendStandbyPort, count) };
}
