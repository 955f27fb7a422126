import type { Services } from "./services.ts";

/**
 * Pings every client now and then. That finds the dead ones, and keeps proxies (60 s by default) from closing
 * a connection on which nothing was said.
 *
 * @returns a function that stops it
 */
export function startHeartbeat({ connections, rates, configuration }: Services): () => void {
  const timer = setInterval(() => {
    const now = Date.now();
    for (const session of connections.sessions) session.beat(now);
    rates.sweep();
  }, configuration.heartbeatInterval);
  return () => clearInterval(timer);
}
