import { connect } from "mqtt";
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
    const client = open(place);
    let connected = false;
    client.on("connect", () => {
      connected = true;
      client.subscribe("about");
    });
    client.on("message", (_topic, payload) => see(seenHello(helloOf(payload))));
    client.on("error", () => {}); // "close" follows. The library does not tell its code.
    client.on("close", () => {
      see(seenClose(connected ? "connection lost" : "turned away"));
      connected = false;
    });
    return { [Symbol.dispose]: () => void client.removeAllListeners("close").end(true) };
  },
};
