import { connect } from "mqtt";
import type { WebSocket } from "ws";
import { answered, type Client, type Hello, type Place, seenClose, seenHello } from "./client.ts";

const open = ({ host, path }: Place, options = {}) => connect(`ws://${host}${path}`, options);
const helloOf = (payload: Buffer) => JSON.parse(payload.toString()) as Hello;

/** Subscribes to the retained message that says which release the broker is. */
export const mqtt: Client = {
  visit: (place) =>
    answered((resolve, reject) => {
      const client = open(place, { reconnectPeriod: 0 });
      client.on("connect", () => client.subscribe("about"));
      client.on("message", (_topic, payload) => resolve(helloOf(payload)));
      client.on("error", reject);
      client.on("close", () => reject(new Error("closed before the retained message")));
      return () => void client.end();
    }),

  stay(place, see) {
    let code: number | undefined;
    const client = open(place);
    client.on("connect", () => {
      const { socket } = client.stream as unknown as { socket?: WebSocket };
      socket?.addEventListener("close", (event) => {
        code = event.code;
      });
      client.subscribe("about");
    });
    client.on("message", (_topic, payload) => see(seenHello(helloOf(payload))));
    client.on("error", () => {}); // "close" follows.
    client.on("close", () => see(seenClose(code ?? "turned away")));
    return { [Symbol.dispose]: () => void client.removeAllListeners("close").end(true) };
  },
};
