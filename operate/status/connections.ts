import type { Facts } from "../diagnose/inside/facts.ts";
import type { Inside } from "../diagnose/inside/observed.ts";

/** The connections of one process of the backend on one port, as the host's sockets have them. */
export interface Held {
  pid: number;
  parent: number;
  port: number;
  /** Open for the whole measurement. */
  sockets: number;
  /** Of these, those that came through nginx. */
  ofNginx: number;
  /** Bytes in that time. */
  toClients: number;
  fromClients: number;
  /** Milliseconds since the last byte on any of them. */
  lastToClient: number;
  lastFromClient: number;
  /** Name of the folder that it runs in. */
  release: string;
}

export interface Messages {
  fromClients: number;
  toClients: number;
  /** Packets that the kernel could not show: there were at least so many messages. */
  lost: number;
}

export interface Connections {
  held: Held[];
  /** How long it was measured, in milliseconds. */
  ms: number;
  /** Undefined where the host's loopback could not be watched. */
  messages?: Messages;
}

/** Who is connected to the backend, and the bytes sent in the second of measuring. Other programs' ports are left out. */
export function readConnections(facts: Facts, inside: Inside): Connections {
  const held = facts.all("held", readHeld).filter((each) => isOfBackend(each, inside));
  const ports = new Set([inside.backend.port, ...held.map(({ port }) => port)]);
  const frames = facts
    .all("frames", (port, fromClients, toClients) => ({ port, fromClients, toClients }))
    .filter(({ port }) => ports.has(Number(port)));
  const [lost] = facts.one("frames-lost");
  const sum = (of: "fromClients" | "toClients") => frames.reduce((all, each) => all + Number(each[of]), 0);
  return {
    held,
    ms: Number(facts.one("held-for")[0] ?? 0),
    ...(lost !== undefined && {
      messages: { fromClients: sum("fromClients"), toClients: sum("toClients"), lost: Number(lost) },
    }),
  };
}

function readHeld(...parts: string[]): Held {
  const [pid = 0, parent = 0, port = 0, sockets = 0, ofNginx = 0, ...rest] = parts.slice(0, 9).map(Number);
  const [toClients = 0, fromClients = 0, lastToClient = 0, lastFromClient = 0] = rest;
  const release = parts[9] ?? "";
  return {
    ...{ pid, parent, port, sockets, ofNginx, toClients, fromClients, lastToClient, lastFromClient, release },
  };
}

/** pm2's processes of that name, the standby among them, and their children; else whoever has the backend's port. */
function isOfBackend({ pid, parent, port }: Held, { backend }: Inside): boolean {
  const known = (backend.applications ?? [])
    .filter(({ name }) => name === backend.name || name === `${backend.name}-standby`)
    .map((each) => each.pid);
  return port === backend.port || known.includes(pid) || known.includes(parent);
}
