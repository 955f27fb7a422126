import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Aedes } from "aedes";
import { useServer } from "graphql-ws/use/ws";
import { Server } from "socket.io";
import { expect, test } from "vitest";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import { parse } from "yaml";
import type { HandshakeInput } from "../../../infra/handshake/handshake.ts";
import { packageRoot } from "../../../infra/package-root.ts";
import { prove, serve, token, wrongToken } from "./protocols/support.ts";
import { signalr, stomp } from "./support/docs-servers.ts";

/** The examples of docs/handshake.md, by the heading above them. */
const text = readFileSync(join(packageRoot, "docs/handshake.md"), "utf8");
const examples = text.split(/^### /m).flatMap((section) => {
  const [heading = ""] = section.split("\n");
  return [...section.matchAll(/```yaml\n(handshake:[\s\S]*?)```/g)].map(([, yaml], i) => ({
    heading: i === 0 ? heading : `${heading}, ${i + 1}`,
    handshake: parse(yaml as string).handshake as HandshakeInput,
  }));
});

type Speak = (socket: WebSocket, request: IncomingMessage) => void;

/** A backend that answers 401 to whoever does not show the token there. */
function server(shown: ((request: IncomingMessage) => string | null | undefined) | undefined, speak: Speak) {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    if (shown && shown(request) !== token)
      return socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (each) => speak(each, request));
  });
  return serve(http, "/ws");
}

const say = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message));
const welcome: Speak = (socket) => say(socket, { type: "welcome" });
const inUrl = ({ url = "" }: IncomingMessage) => new URL(url, "ws://localhost").searchParams.get("token");

const firstMessage: Speak = (socket) =>
  socket.on("message", (data) => {
    const { type, jwt, session, text } = JSON.parse(data.toString());
    if (type === "login") say(socket, jwt === token ? { type: "welcome", session: 7 } : { type: "error" });
    else if (session === 7) say(socket, { type: "echo", text });
  });

function chat(): Speak {
  const all = new Set<WebSocket>();
  return (socket) => {
    all.add(socket);
    socket.send("HELLO anna");
    socket.on("message", (data) => {
      if (`${data}` === "PING") socket.send("PONG");
      else for (const each of all) each.send(`${data}`.replace("SAY", "SAID"));
    });
  };
}

const bytes: Speak = (socket) =>
  socket.on("message", (data: Buffer) => {
    if (data[0] === 1) socket.send(Buffer.from([0x81, 0xab, 0xcd]));
    else if (data.equals(Buffer.from([2, 0xab, 0xcd]))) socket.send(Buffer.from([0x82]));
  });

async function socketIo() {
  const http = createServer();
  const io = new Server(http);
  io.of("/chat").use((socket, next) =>
    next(socket.handshake.auth.token === token ? undefined : new Error("no")),
  );
  return serve(http, "/socket.io/", () => io.close());
}

async function graphql() {
  const { buildSchema } = createRequire(import.meta.url)("graphql") as typeof import("graphql");
  const http = createServer();
  const onConnect = ({ connectionParams }: { connectionParams?: Readonly<Record<string, unknown>> }) =>
    connectionParams?.authorization === `Bearer ${token}`;
  const sockets = new WebSocketServer({ server: http });
  useServer({ schema: buildSchema("type Query { a: Int }"), onConnect }, sockets);
  return serve(http, "/graphql");
}

async function mqtt(strict: boolean) {
  const http = createServer();
  const broker = await Aedes.createBroker({
    authenticate: (_, username, password, done) =>
      done(null, !strict || (username === "proof" && `${password}` === token)),
  });
  new WebSocketServer({ server: http }).on("connection", (socket) =>
    broker.handle(createWebSocketStream(socket)),
  );
  return serve(http, "/mqtt", () => new Promise<void>((end) => broker.close(end)));
}

const backends: Record<string, () => ReturnType<typeof serve>> = {
  "Token in the URL": () => server(inUrl, welcome),
  "First message": () => server(undefined, firstMessage),
  Header: () => server(({ headers }) => headers.authorization?.replace("Bearer ", ""), welcome),
  Cookie: () => server(({ headers }) => headers.cookie?.replace("session=", ""), welcome),
  Subprotocol: () =>
    server(({ headers }) => headers["sec-websocket-protocol"]?.split(",")[1]?.trim(), welcome),
  "Texts by pattern, and two clients": () => server(inUrl, chat()),
  Bytes: () => server(undefined, bytes),
  "Socket.IO": socketIo,
  GraphQL: graphql,
  MQTT: () => mqtt(true),
  "MQTT, 2": () => mqtt(false),
  STOMP: stomp,
  SignalR: signalr,
};

test("every example has a backend here", () => {
  expect(examples.map(({ heading }) => heading)).toEqual(Object.keys(backends));
});

test.each(examples)("$heading", async ({ heading, handshake }) => {
  const start = backends[heading] as () => ReturnType<typeof serve>;
  await using backend = await start();
  expect((await prove(backend.url, handshake)).failures).toEqual([]);
  // A preset shows the token in its usual place where the example names none.
  const asked = /\$\{token\}|"preset"/.test(JSON.stringify(handshake));
  expect(await wrongToken(backend.url, handshake)).toBe(asked ? "refused" : "not asked");
});
