import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "./backend.ts";
import { inOneLine, type Log } from "./log.ts";
import { Pace } from "./pace.ts";
import type { Services } from "./services.ts";
import type { Session } from "./session.ts";

/** "Service restart": the client may come back at once. */
const restart = 1012;

/**
 * Closes every session: each finishes what it has begun, then is asked to reconnect. At a pace, so that not all
 * of them come back in the same moment; who does not answer in time is cut off.
 */
export async function closeSessions({ connections, configuration }: Services): Promise<void> {
  const { shutdownTimeout, closesPerSecond } = configuration;
  const close = async (session: Session, index: number) => {
    await delay(Math.min((index * 1000) / closesPerSecond, shutdownTimeout / 2));
    await session.finish(restart, "service restart");
  };
  const cutOff = setTimeout(() => {
    for (const session of connections.sessions) session.cutOff();
  }, shutdownTimeout * 0.75);
  await Promise.all([...connections.sessions].map(close));
  clearTimeout(cutOff);
}

/** Between two clients who are asked to reconnect to the next release, in milliseconds; shorter where many are here. */
const longestPause = 50;

/**
 * A newer process takes new connections: asks the clients to come back to it, spread over the time that is given, or
 * more where they come back quicker than this host can take them. Those who were not asked yet are served as before. It
 * cuts no client off, and goes on until the backend is stopped.
 */
export async function handOverSessions({ connections, configuration }: Services): Promise<void> {
  const asked = new Set<Session>();
  // Again and again, for those who were on their way in when the port was left.
  while (connections.accepting) {
    const waiting = [...connections.sessions].filter((session) => !asked.has(session));
    const pace = new Pace(Math.min(longestPause, configuration.handoverTime / Math.max(1, waiting.length)));
    for (const session of waiting) {
      asked.add(session);
      void session.finish(restart, "service restart");
      await pace.turn();
    }
    await delay(longestPause);
  }
}

/** SIGWINCH (a release): the clients go over to a newer process, at a pace; this one serves on until SIGINT. */
export function handOverOnSignal(backend: Backend, log: Log): void {
  process.once("SIGWINCH", () => {
    log.info("[geo-backend] SIGWINCH: asking the clients to come back to the next release");
    backend.handOver().catch((error: unknown) => log.error(`[geo-backend] ${inOneLine(error)}`));
  });
}

/** SIGINT (pm2, Ctrl-C) and SIGTERM (systemd): stop cleanly and exit 0; exit 1 when that takes too long. */
export function stopOnSignals(backend: Backend, log: Log, timeout: number): void {
  let stopping = false;
  const stop = async (signal: string) => {
    // npm and a terminal both pass Ctrl-C on: the second one must not cut the first short.
    if (stopping) return;
    stopping = true;
    log.info(`[geo-backend] ${signal}: stopping`);
    setTimeout(() => giveUp(log, timeout), timeout);
    await backend.stop();
    log.info("[geo-backend] Stopped");
    process.exit(0);
  };
  const fail = (error: unknown) => {
    log.error(`[geo-backend] Could not stop cleanly: ${inOneLine(error)}`);
    process.exit(1);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop(signal).catch(fail));
}

function giveUp(log: Log, timeout: number): void {
  log.error(`[geo-backend] Not stopped after ${timeout} ms: giving up`);
  process.exit(1);
}
