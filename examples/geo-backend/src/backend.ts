import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Configuration } from "./configuration.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Log } from "./log.ts";
import { pageListener } from "./page.ts";
import { openServices } from "./services.ts";
import { closeSessions, handOverSessions } from "./shutdown.ts";
import { upgradeListener } from "./upgrade.ts";

/** A backend that listens. */
export interface Backend {
  port: number;
  /** Asks the clients to come back, to another process that has taken the port over, and serves them until then. */
  handOver(): Promise<void>;
  /** Takes no one in any more, finishes what was begun, asks the clients to come back, and is done. */
  stop(): Promise<void>;
}

/**
 * Starts the backend in this process.
 *
 * @throws when the data folder cannot be written, or the port is taken
 * @example const backend = await startBackend(readConfiguration(process.env), consoleLog)
 */
export async function startBackend(configuration: Configuration, log: Log): Promise<Backend> {
  const services = await openServices(configuration, log);
  const server = createServer(await pageListener(services)).on("upgrade", upgradeListener(services));
  // Longer than nginx keeps idle connections to a backend (60 s), so that it never picks one that just closed.
  server.keepAliveTimeout = 75_000;
  await listen(server, configuration);
  const stopHeartbeat = startHeartbeat(services);
  const stop = async () => {
    stopHeartbeat();
    services.connections.stopAccepting();
    server.close();
    await closeSessions(services);
    server.closeAllConnections();
  };
  const { port } = server.address() as AddressInfo;
  return { port, handOver: () => handOverSessions(services), stop };
}

async function listen(server: Server, { host, port }: Configuration): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
}
