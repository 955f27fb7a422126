import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import { Doc } from "yjs";
import { answered, type Client, type Place, seenClose, seenHello } from "./client.ts";

/** A document in one room, whose map `about` has the server's release. `y-websocket` wants no slash at the end. */
function enter({ host, path }: Place) {
  const document = new Doc();
  const about = document.getMap<number>("about");
  const room = `ws://${host}${path.replace(/\/[^/]*$/, "")}`;
  const provider = new WebsocketProvider(room, path.split("/").at(-1) ?? "", document, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  return { about, document, provider };
}

/** Enters the room; the hello is what the room holds, with the number of entries that earlier visitors left. */
export const yjs: Client = {
  visit: (place) =>
    answered((resolve, reject) => {
      const { about, document, provider } = enter(place);
      const greet = () => {
        const release = about.get("release");
        const entries = document.getArray("entries").length;
        if (release && provider.synced) resolve({ release, entries });
      };
      provider.on("sync", greet);
      about.observe(greet);
      provider.on("connection-error", () => reject(new Error("turned away")));
      provider.on("connection-close", (event) => reject(new Error(`closed with ${event?.code}`)));
      return () => provider.destroy();
    }),

  stay(place, see) {
    const { about, document, provider } = enter(place);
    const greet = () => {
      const release = about.get("release");
      if (release && provider.synced) see(seenHello({ release }));
    };
    provider.once("sync", () => document.getArray("entries").push(["I was here"]));
    provider.on("sync", greet);
    about.observe(greet);
    provider.on("connection-close", (event) => see(seenClose(event?.code ?? "closed")));
    return { [Symbol.dispose]: () => provider.destroy() };
  },
};
