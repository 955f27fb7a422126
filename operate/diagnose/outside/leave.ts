import type { Socket } from "node:net";

/** Milliseconds for the other side to close as well. */
const patienceMs = 2_000;

/**
 * Ends a connection that has told what it was opened for. What the other side still sends is read: a server may not survive
 * the reset that an unread byte causes.
 */
export function leave(socket: Socket): void {
  socket.removeAllListeners("error").on("error", () => {}); // What happens now is no news.
  socket.setTimeout(0);
  const timer = setTimeout(() => socket.destroy(), patienceMs);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
  socket.resume().end();
  socket.unref();
}
