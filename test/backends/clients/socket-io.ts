import { io } from "socket.io-client";
import { answered, type Client, type Hello, type Place, seenClose, seenHello } from "./client.ts";

const open = ({ host, path }: Place, options = {}) =>
  io(`http://${host}`, { path, forceNew: true, ...options });

/** The default client: long polling first, then the upgrade. */
export const socketIo: Client = {
  visit: (place) =>
    answered((resolve, reject) => {
      const socket = open(place, { reconnection: false });
      socket.on("hello", (hello: Hello) => resolve(hello));
      socket.on("connect_error", reject);
      socket.on("disconnect", (reason) => reject(new Error(reason)));
      return () => socket.disconnect();
    }),

  stay(place, see) {
    const socket = open(place);
    socket.on("hello", (hello: Hello) => see(seenHello(hello)));
    socket.on("connect_error", () => see(seenClose("turned away")));
    socket.on("disconnect", (reason, details) => see(seenClose(closeCode(details) ?? reason)));
    return { [Symbol.dispose]: () => void socket.off().disconnect() };
  },
};

/** The code of the WebSocket below, where it had come so far. */
function closeCode(details: unknown): number | undefined {
  const context = (details as { context?: { code?: unknown } } | undefined)?.context;
  return typeof context?.code === "number" ? context.code : undefined;
}
