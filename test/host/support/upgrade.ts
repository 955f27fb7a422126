import { once } from "node:events";
import { type ClientRequest, request as http, type IncomingMessage } from "node:http";
import { request as https } from "node:https";
import type { Duplex } from "node:stream";

/** A connection that nginx has upgraded to the fixture `tunnel.cjs`, which sends back every byte. */
export interface Tunnel extends Disposable {
  /** What the backend saw of the handshake. */
  seen: { url: string; version: string; headers: Record<string, string> };
  /** Sends a text and returns what comes back; fails where the connection was cut. */
  echo(text: string): Promise<string>;
}

/** @param ca PEM to trust, for wss */
export async function openTunnel(url: string, ca?: string): Promise<Tunnel> {
  const headers = { Connection: "Upgrade", Upgrade: "websocket" };
  const target = url.replace(/^ws/, "http");
  const request = url.startsWith("wss:") ? https(target, { headers, ca }) : http(target, { headers });
  const [response, socket] = await upgraded(request.end());
  return {
    seen: JSON.parse(String(response.headers["x-seen"])),
    async echo(text) {
      if (socket.destroyed || socket.readableEnded) throw new Error(`${url} was cut`);
      socket.write(text);
      const cut = once(socket, "close").then(() => Promise.reject(new Error(`${url} was cut`)));
      const [data] = (await Promise.race([once(socket, "data"), cut])) as [Buffer];
      cut.catch(() => {}); // From now on its end is the wanted one.
      return data.toString();
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

function upgraded(request: ClientRequest): Promise<[IncomingMessage, Duplex]> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", ({ statusCode }) => reject(new Error(`expected 101, found ${statusCode}`)));
    request.once("upgrade", (response: IncomingMessage, socket: Duplex) => resolve([response, socket]));
  });
}
