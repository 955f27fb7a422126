import { WebSocket } from "ws";
import { answered, type Client, type Hello, type Place, seenClose, seenHello } from "./client.ts";

/** Milliseconds after which a page that lost its WebSocket opens another one. */
const retry = 500;

const open = ({ host, path }: Place) => new WebSocket(`ws://${host}${path}`);
const helloOf = (data: unknown) => JSON.parse(String(data)) as Hello;

/** A WebSocket as a page opens it; the backend's first message is its hello. */
export const plain: Client = {
  visit: (place) =>
    answered((resolve, reject) => {
      const socket = open(place);
      socket.on("message", (data) => resolve(helloOf(data)));
      socket.on("error", reject);
      socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
      return () => socket.close();
    }),

  stay(place, see) {
    let socket: WebSocket;
    let timer: NodeJS.Timeout | undefined;
    let over = false;
    const connect = () => {
      let opened = false;
      socket = open(place);
      socket.on("open", () => {
        opened = true;
      });
      socket.on("message", (data) => see(seenHello(helloOf(data))));
      socket.on("error", () => {}); // "close" follows.
      socket.on("close", (code) => {
        if (over) return;
        see(seenClose(opened ? code : "turned away"));
        timer = setTimeout(connect, retry);
      });
    };
    connect();
    return {
      [Symbol.dispose]() {
        over = true;
        clearTimeout(timer);
        socket.close();
      },
    };
  },
};
