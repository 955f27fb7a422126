// Many clients in one process, as pages behave: each holds a connection, and comes back when it was closed (R6 of the
// users' guide: within a second at first, then twice as long each time, half a minute at most, with full jitter).
//   tsx clients.ts URL COUNT    prints `ready`, and on SIGUSR2, and at the end on SIGTERM, what its clients saw, as JSON
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";

/** What the clients of one process saw. Times in milliseconds since 1970. */
export interface Seen {
  /** Connections that were closed, by code. */
  closed: Record<string, number>;
  firstClosed: number;
  lastClosed: number;
  /** When the last of those that were closed stood again. */
  lastBack: number;
  /** Handshakes that failed on the way back. */
  failed: number;
  /** Connections that stand at the end. */
  connected: number;
}

const [url = "", count = "0"] = process.argv.slice(2);
const seen: Seen = { closed: {}, firstClosed: 0, lastClosed: 0, lastBack: 0, failed: 0, connected: 0 };
let over = false;

function open(): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: 20_000 });
  return new Promise((resolve, reject) => socket.once("open", () => resolve(socket)).once("error", reject));
}

/** Holds a connection until the end, whatever happens to it. */
async function live(socket: WebSocket): Promise<void> {
  for (let current = socket; !over; current = await back()) {
    seen.connected += 1;
    current.on("error", () => undefined);
    const code = await new Promise<number>((resolve) => current.once("close", resolve));
    seen.connected -= 1;
    if (over) return;
    seen.closed[code] = (seen.closed[code] ?? 0) + 1;
    seen.lastClosed = Date.now();
    seen.firstClosed ||= seen.lastClosed;
  }
}

async function back(): Promise<WebSocket> {
  for (let longest = 1000; ; longest = Math.min(2 * longest, 30_000)) {
    await delay(Math.random() * longest);
    try {
      const socket = await open();
      seen.lastBack = Date.now();
      return socket;
    } catch {
      seen.failed += 1;
    }
  }
}

/** A few at a time: what is measured is not how they come, but how they stay. */
async function begin(): Promise<void> {
  for (let left = Number(count); left > 0; left -= 25) {
    const sockets = await Promise.all(Array.from({ length: Math.min(25, left) }, open));
    for (const socket of sockets) void live(socket);
  }
}

const tell = () => console.log(JSON.stringify(seen));

process.on("SIGUSR2", tell);
process.on("SIGTERM", () => {
  over = true;
  tell();
  process.exit(0);
});
await begin();
console.log("ready");
