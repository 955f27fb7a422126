// Many clients in one process, as pages behave: each holds a connection, and comes back when it was closed (R6 of the
// users' guide: within a second at first, then twice as long each time, half a minute at most, with full jitter).
//   tsx clients.ts '{"url":…,"count":…,"ca":…}'    prints `ready`; then answers each line of its input with one of JSON
//     tell              what its clients saw so far
//     echo COUNT        milliseconds of so many pings of the protocol, one after the other on each of 20 connections
//     rate SECONDS      all clients send as fast as they are answered
//     cut               every connection ends at once, and the clients come back
import { createInterface } from "node:readline";
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
  /** First handshakes that failed, and those when reconnecting. */
  refused: number;
  failed: number;
  /** What the last of them said. */
  why: string;
  /** Connections that stand now. */
  connected: number;
  /** Milliseconds of each handshake that did not fail: the first ones, and those when reconnecting. */
  handshakes: number[];
  back: number[];
}

/** What came of sending as fast as possible. */
export interface Rate {
  messages: number;
  /** Milliseconds of some of them. */
  times: number[];
}

export interface Crew {
  url: string;
  count: number;
  ca?: string | undefined;
}

const { url, count, ca } = JSON.parse(process.argv[2] ?? "{}") as Crew;
const seen: Seen = {
  ...{ closed: {}, firstClosed: 0, lastClosed: 0, lastBack: 0 },
  ...{ refused: 0, failed: 0, why: "", connected: 0, handshakes: [], back: [] },
};
const sockets = new Set<WebSocket>();

/** Adds its milliseconds to `times`. */
async function open(times: number[]): Promise<WebSocket> {
  const began = performance.now();
  const socket = new WebSocket(url, {
    ...{ perMessageDeflate: false, handshakeTimeout: 20_000, skipUTF8Validation: true },
    ...(ca && { ca }),
  });
  await new Promise<void>((resolve, reject) => socket.once("open", resolve).once("error", reject));
  times.push(Math.round((performance.now() - began) * 10) / 10);
  return socket;
}

/** Holds a connection until the end, whatever happens to it. */
async function live(socket: WebSocket): Promise<void> {
  for (let current = socket; ; current = await back()) {
    seen.connected += 1;
    sockets.add(current);
    current.on("error", () => undefined);
    const code = await new Promise<number>((resolve) => current.once("close", resolve));
    sockets.delete(current);
    seen.connected -= 1;
    seen.closed[code] = (seen.closed[code] ?? 0) + 1;
    seen.lastClosed = Date.now();
    seen.firstClosed ||= seen.lastClosed;
  }
}

async function back(): Promise<WebSocket> {
  for (let longest = 1000; ; longest = Math.min(2 * longest, 30_000)) {
    await delay(Math.random() * longest);
    try {
      const socket = await open(seen.back);
      seen.lastBack = Date.now();
      return socket;
    } catch (error) {
      seen.failed += 1;
      seen.why = String(error);
    }
  }
}

/** A client that is refused retries in the background, with the back-off of a page. */
async function arrive(): Promise<void> {
  try {
    void live(await open(seen.handshakes));
  } catch (error) {
    seen.refused += 1;
    seen.why = String(error);
    void back().then(live);
  }
}

/** So many at a time. */
async function begin(): Promise<void> {
  for (let left = count; left > 0; left -= 25)
    await Promise.all(Array.from({ length: Math.min(25, left) }, arrive));
}

/** Milliseconds to the answer of a ping of the protocol's, which every backend gives, or of a message that is echoed. */
async function ping(socket: WebSocket, kind: "pong" | "message" = "pong"): Promise<number> {
  const began = performance.now();
  const answer = new Promise<void>((resolve, reject) => {
    const closed = () => reject(new Error("it was closed before the answer came"));
    socket.once("close", closed);
    socket.once(kind, () => {
      socket.off("close", closed);
      resolve();
    });
  });
  if (kind === "pong") socket.ping();
  else socket.send("ping");
  await answer;
  return performance.now() - began;
}

async function echo(times: number): Promise<number[]> {
  const some = [...sockets].slice(0, 20);
  const each = some.map(async (socket) => {
    const took: number[] = [];
    for (let i = 0; i < times; i++) took.push(await ping(socket));
    return took;
  });
  return (await Promise.all(each)).flat();
}

async function rate(seconds: number): Promise<Rate> {
  const until = performance.now() + seconds * 1000;
  const result: Rate = { messages: 0, times: [] };
  const all = [...sockets].map(async (socket) => {
    while (performance.now() < until && socket.readyState === WebSocket.OPEN) {
      const took = await ping(socket, "message");
      if (++result.messages % 20 === 0) result.times.push(took);
    }
  });
  await Promise.all(all);
  return result;
}

const cut = () => {
  for (const socket of sockets) socket.terminate();
  return {};
};

const answers: Record<string, (value: number) => unknown> = { tell: () => seen, echo, rate, cut };

await begin();
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [name = "", value] = line.split(" ");
  console.log(JSON.stringify(await answers[name]?.(Number(value))));
}
process.exit(0); // whoever asked has gone
