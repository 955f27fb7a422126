import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";

/**
 * A client that is not ours: the bytes of RFC 6455 written by hand. Returns the status line of the answer.
 *
 * @throws when the host cannot be reached, or sends nothing for five seconds
 */
export async function rawHandshake(address: string): Promise<string> {
  const url = new URL(address);
  const socket = connect({ host: url.hostname, port: Number(url.port || 80), timeout: 5000 });
  socket.once("timeout", () => socket.destroy(new Error(`${url.host}: no answer within 5 s`)));
  try {
    await once(socket, "connect");
    socket.write(request(url));
    const [data] = (await once(socket, "data")) as [Buffer];
    return data.toString("latin1").split("\r\n")[0] ?? "";
  } finally {
    socket.destroy();
  }
}

/** Whether the address upgrades to WebSocket now. */
export async function upgrades(address: string): Promise<boolean> {
  return / 101 /.test(await rawHandshake(address));
}

function request(url: URL): string {
  const headers = {
    Host: url.host,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    "Sec-WebSocket-Version": "13",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${url.pathname}${url.search} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}
