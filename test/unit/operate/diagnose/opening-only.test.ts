import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { type HandshakeInput, parseHandshake } from "../../../../infra/handshake/handshake.ts";
import { protocolOf } from "../../../../infra/handshake/protocols/table.ts";
import { runProtocol } from "../../../../infra/handshake/run.ts";
import { openingOnly, silentClient } from "../../../../operate/diagnose/outside/opening-only.ts";

/** Takes a subprotocol and a query only, as many a backend does, and tells what clients said. */
async function picky() {
  const said: string[] = [];
  const server = createServer((_, answer) => answer.writeHead(404).end());
  const sockets = new WebSocketServer({
    server,
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      req.url === "/ws?token=t" && req.headers["sec-websocket-protocol"] === "chat",
  });
  sockets.on("connection", (socket) => socket.on("message", (data) => said.push(String(data))));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    ...{ said, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws` },
    [Symbol.asyncDispose]: async () => {
      for (const client of sockets.clients) client.terminate();
      server.close();
    },
  };
}

const script: HandshakeInput = {
  clients: { 1: { query: { token: "${token}" }, protocols: ["chat"] } },
  steps: [{ name: "login", send: "hello", expect: "welcome" }],
};
const protocol = protocolOf(parseHandshake(script));
const names = { ssh: "ssh host", application: "app" };

describe("a client that opens as a script does, and says nothing", () => {
  it("is held where the script's own step fails", async () => {
    await using server = await picky();
    const options = { url: server.url, token: "t", timeoutMs: 500, names };
    expect((await runProtocol({ ...options, protocol })).failure?.hop).toBe("login");
    server.said.length = 0;
    expect((await runProtocol({ ...options, protocol: silentClient(protocol) })).failure).toBeUndefined();
    expect((await runProtocol({ ...options, protocol: openingOnly(protocol) })).failure).toBeUndefined();
    expect(server.said).toEqual([]);
  });

  it("is refused where every client is rejected", async () => {
    await using server = await picky();
    const options = { url: server.url, token: "other", timeoutMs: 500, names };
    const { failure } = await runProtocol({ ...options, protocol: silentClient(protocol) });
    expect(failure?.hop).toBe("upgrade");
  });
});
