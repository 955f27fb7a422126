import type { Settings } from "./schema.ts";

type Some = Pick<Settings, "sticky" | "handshake">;

/** Presets of protocols whose clients open a session by several HTTP requests, which one process must answer. */
const ofSessions: ReadonlySet<string> = new Set(["socket.io"]);

/**
 * Whether nginx keeps each client at one process of the backend: every process then has a port of its own, and the
 * processes of the release before still get the requests of the sessions that they know.
 */
export const isSticky = ({ sticky, handshake }: Some): boolean =>
  sticky ?? ofSessions.has(presetOf(handshake));

function presetOf(handshake: unknown): string {
  if (typeof handshake !== "object" || handshake === null || !("preset" in handshake)) return "";
  return String(handshake.preset);
}

/**
 * The ports of all instances, the first one given. Every second one: those in between are the other set's, since
 * `backendStandbyPort` is usually the next port after `backendPort`.
 *
 * @example instancePorts(3000, 3) // [3000, 3002, 3004]
 */
export const instancePorts = (first: number, instances: number): number[] =>
  Array.from({ length: instances }, (_, instance) => first + 2 * instance);
