import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { prove, serve, token, wrongToken } from "./support.ts";

const end = "\x1e";

/** No .NET is at hand: a stand-in, which the real client of npm takes for a server as well. */
interface Options {
  strict?: boolean;
  transports?: string[];
  /** A hub that looks at its clients in OnConnectedAsync: after the handshake, and after a look into a database. */
  secondThought?: boolean;
}

async function startSignalr({
  strict = false,
  transports = ["WebSockets"],
  secondThought = false,
}: Options = {}) {
  const connections = new Set<string>();
  const knows = (shown: string | null | undefined) => !strict || shown === token;
  const http = createServer((request, response) => {
    if (!knows(request.headers.authorization?.replace("Bearer ", ""))) return response.writeHead(401).end();
    const connectionToken = randomUUID();
    connections.add(connectionToken);
    const availableTransports = transports.map((transport) => ({ transport, transferFormats: ["Text"] }));
    response.end(
      JSON.stringify({ negotiateVersion: 1, connectionId: "1", connectionToken, availableTransports }),
    );
  });
  const server = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    const { searchParams } = new URL(request.url ?? "", "ws://localhost");
    const id = searchParams.get("id");
    if (id !== null && !connections.delete(id))
      return socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    // Browsers show it in the query, the client in Node.js in a header.
    if (!knows(searchParams.get("access_token") ?? request.headers.authorization?.replace("Bearer ", "")))
      return socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    server.handleUpgrade(request, socket, head, (each) =>
      each.on("message", (data) => {
        answer(each, `${data}`);
        if (secondThought) setTimeout(refuse, 300, each);
      }),
    );
  });
  return serve(http, "/hub");
}

function refuse(socket: WebSocket) {
  socket.send(JSON.stringify({ type: 7, error: "unknown token" }) + end);
  socket.close();
}

function answer(socket: WebSocket, text: string) {
  for (const record of text.split(end).filter(Boolean)) {
    const message = JSON.parse(record);
    const say = (reply: object) => socket.send(JSON.stringify(reply) + end);
    if (message.protocol === "json") say({});
    else if (message.protocol) say({ error: "no such protocol" });
    else if (message.type === 1 && message.target === "Echo")
      say({ type: 3, invocationId: message.invocationId, result: message.arguments[0] });
    else if (message.type === 1)
      say({ type: 3, invocationId: message.invocationId, error: "no such method" });
  }
}

test("negotiation, the hub's handshake and a method", async () => {
  await using server = await startSignalr({ strict: true });
  expect(await prove(server.url, { preset: "signalr", method: "Echo", arguments: ["hello"] })).toEqual({
    failures: [],
    ok: ["name", "tcp", "negotiate", "upgrade", "hub handshake", "ping frame", "invoke", "close"],
    notAsked: ["sync", "log"],
  });
  expect(await wrongToken(server.url, "signalr")).toBe("refused");
});

test("without negotiation the token is shown in the query", async () => {
  await using server = await startSignalr({ strict: true });
  const handshake = { preset: "signalr", negotiate: false } as const;
  expect((await prove(server.url, handshake)).failures).toEqual([]);
  expect(await wrongToken(server.url, handshake)).toBe("refused");
});

test("a method that fails is told in the server's words", async () => {
  await using server = await startSignalr();
  const { failures } = await prove(server.url, { preset: "signalr", method: "Nothing" });
  expect(failures).toEqual(["invoke: the backend did not let the client in: Nothing: no such method"]);
});

test("a hub that refuses the client after its handshake has not let it in", async () => {
  await using server = await startSignalr({ secondThought: true });
  const { failures } = await prove(server.url, "signalr");
  expect(failures).toEqual(["hub handshake: the backend did not let the client in: unknown token"]);
  expect(await wrongToken(server.url, "signalr")).toBe("refused");
});

test("a hub without WebSockets is told by what it offers", async () => {
  await using server = await startSignalr({ transports: ["LongPolling"] });
  const { failures } = await prove(server.url, "signalr");
  expect(failures[0]).toMatch(
    /^negotiate: the backend answered transports: LongPolling, where WebSockets among them was due$/,
  );
});

test("the real client is served by the stand-in", async () => {
  await using server = await startSignalr({ strict: true });
  const connection = new HubConnectionBuilder()
    .withUrl(server.url.replace("ws:", "http:"), {
      transport: HttpTransportType.WebSockets,
      accessTokenFactory: () => token,
    })
    .configureLogging(LogLevel.None)
    .build();
  await connection.start();
  expect(await connection.invoke("Echo", "hello")).toBe("hello");
  await connection.stop();
});
