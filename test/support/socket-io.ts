import { io, type Socket } from "socket.io-client";

/** What the fixture says to a client that it let in. */
export interface Hello {
  release: string;
  pid: number;
  /** Its NODE_APP_INSTANCE. */
  instance: string;
}

/** A default client of socket.io: it begins with polling, upgrades, and reconnects by itself. */
export interface Visitor extends Disposable {
  socket: Socket;
  /** Every process that let it in, the last one at the end. */
  hellos: Hello[];
  /** Each time that it was turned away, and why; it tries again by itself. */
  refusals: string[];
}

/** @param transports default: those of the library */
export function visit(host: string, transports?: ("polling" | "websocket")[]): Visitor {
  const socket = io(`http://${host}`, { forceNew: true, ...(transports && { transports }) });
  const visitor: Visitor = {
    ...{ socket, hellos: [], refusals: [] },
    [Symbol.dispose]: () => void socket.disconnect(),
  };
  socket.on("hello", (hello: Hello) => visitor.hellos.push(hello));
  socket.on("connect_error", ({ message, ...error }) =>
    visitor.refusals.push(`${message} ${JSON.stringify(error)}`),
  );
  return visitor;
}

/** Why a client that tries once did not get in; nothing where it did. */
export function visitOnce(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = io(`http://${host}`, { forceNew: true, reconnection: false, timeout: 10_000 });
    const end = (why?: string) => {
      resolve(why);
      socket.disconnect();
    };
    socket.on("hello", () => end());
    socket.on("connect_error", ({ message }) => end(message));
    socket.on("disconnect", (reason) => end(reason));
  });
}

/** Lets a new client come every so often while `change` runs, and gives the failure of each that did not get in. */
export async function visitedDuring<T>(
  host: string,
  change: () => Promise<T>,
  everyMs = 100,
): Promise<{ answer: T; made: number; failures: string[] }> {
  const visits: Promise<string | undefined>[] = [];
  const timer = setInterval(() => visits.push(visitOnce(host)), everyMs);
  const answer = await change().finally(() => clearInterval(timer));
  const failures = (await Promise.all(visits)).filter((why) => why !== undefined);
  return { answer, made: visits.length, failures };
}
