import { createServer } from "node:http";
import { Aedes, type Client } from "aedes";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { createWebSocketStream, WebSocketServer } from "ws";
import { prove, serve, token, wrongToken } from "./support.ts";

interface Options {
  strict?: boolean;
  /** As brokers with a limit: a client that wants to be silent for ever is turned away. */
  keepAliveLimit?: boolean;
}

async function startBroker({ strict = false, keepAliveLimit = false }: Options = {}) {
  const http = createServer();
  const server = new WebSocketServer({ server: http, path: "/mqtt" });
  const broker = await Aedes.createBroker({
    preConnect: (_: Client, { keepalive }, done) => {
      const allowed = !keepAliveLimit || (keepalive !== undefined && keepalive > 0);
      done(allowed ? null : new Error("a keep-alive is wanted"), allowed);
    },
    authenticate: (_: Client, username, password, done) => {
      const known = username === "geo-system" && password?.toString() === token;
      if (!strict || known) return done(null, true);
      done(Object.assign(new Error("unknown"), { returnCode: 4 }), null);
    },
  });
  server.on("connection", (socket, request) => broker.handle(createWebSocketStream(socket), request));
  return Object.assign(await serve(http, "/mqtt", () => new Promise<void>((end) => broker.close(end))), {
    broker,
  });
}

test("a broker is proven, with a message from one client to another", async () => {
  await using server = await startBroker({ strict: true });
  const handshake = { preset: "mqtt", topic: "geo-system/handshake" } as const;
  expect(await prove(server.url, handshake)).toEqual({
    failures: [],
    ok: ["name", "tcp", "upgrade", "CONNACK", "PINGRESP", "publish", "close"],
    notAsked: ["log"],
  });
});

test("the real client and the proof are served side by side", async () => {
  await using server = await startBroker();
  const client = await connectAsync(server.url);
  const heard: string[] = [];
  client.on("message", (_, payload) => heard.push(payload.toString()));
  await client.subscribeAsync("room");
  expect((await prove(server.url, { preset: "mqtt", topic: "room" })).failures).toEqual([]);
  await expect.poll(() => heard).toEqual([expect.stringMatching(/^handshake [0-9a-f]{12}$/)]);
  await client.endAsync();
});

test("a wrong password is refused, by its code", async () => {
  await using server = await startBroker({ strict: true });
  const { failures } = await prove(server.url, "mqtt", { token: "of-somebody-else" });
  expect(failures).toEqual([
    "CONNACK: the backend did not let the client in: CONNACK 4 (bad user name or password)",
  ]);
  expect(await wrongToken(server.url, "mqtt")).toBe("refused");
});

test("a broker that lets anyone in wants no token", async () => {
  await using server = await startBroker();
  expect(await wrongToken(server.url, "mqtt")).toBe("not wanted");
});

test("a client names a keep-alive, and keeps to it where it only watches", async () => {
  await using server = await startBroker({ keepAliveLimit: true });
  expect((await prove(server.url, "mqtt")).failures).toEqual([]);
});

test("a broker of MQTT 5 that ends the session says why", async () => {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  const [accepted, disconnected] = [Buffer.from("2003000000", "hex"), Buffer.from("e0028e00", "hex")];
  sockets.on("connection", (socket) =>
    socket.on("message", (data: Buffer) => socket.send((data[0] ?? 0) >> 4 === 1 ? accepted : disconnected)),
  );
  await using server = await serve(http, "/mqtt");
  expect((await prove(server.url, { preset: "mqtt", version: 5 })).failures).toEqual([
    "PINGRESP: the backend did not let the client in: DISCONNECT 142 (session taken over)",
  ]);
});
