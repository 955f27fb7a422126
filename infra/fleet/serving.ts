import { createConnection } from "node:net";
import type { HostConnection } from "../host/connection.ts";
import { pinnedConnection } from "../host/pinned.ts";
import { connect } from "../host/ssh.ts";
import { applicationsOf } from "../settings/applications.ts";
import type { Settings } from "../settings/schema.ts";
import type { BackendStep } from "../step-names.ts";
import { proveInstancesOnHost } from "../steps/instances.ts";

/** The same of a host as it is configured. */
export function servingOf(settings: Settings): Promise<boolean> {
  const { connection } = pinnedConnection(settings);
  const steps = applicationsOf(settings).map(({ step }) => step);
  const port = settings.tls === "off" ? 80 : 443;
  return new Promise((resolve) => connection.apply((known) => servesNow(known, port, steps).then(resolve)));
}

const patienceMs = 5_000;

/**
 * Whether a host serves now: nginx takes a connection from here, and each process of every application passes the
 * handshake on the host.
 *
 * @param port at which clients come
 */
export async function servesNow(
  connection: HostConnection,
  port: number,
  steps: readonly BackendStep[],
): Promise<boolean> {
  if (!(await takes(connection.host, port))) return false;
  try {
    await using session = await connect(connection);
    const proofs = await Promise.all(steps.map((step) => proveInstancesOnHost(session, step)));
    return proofs.every(({ ok }) => ok);
  } catch {
    return false; // An unreachable host serves no clients.
  }
}

function takes(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: patienceMs });
    const end = (it: boolean) => {
      socket.destroy();
      resolve(it);
    };
    socket
      .once("connect", () => end(true))
      .once("timeout", () => end(false))
      .once("error", () => end(false));
  });
}
