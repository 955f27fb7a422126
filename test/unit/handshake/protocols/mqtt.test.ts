import { createServer } from "node:http";
import { Aedes, type Client } from "aedes";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { createWebSocketStream, WebSocketServer } from "ws";
import { prove, serve, token, wrongToken } from "./support.ts";

async function startBroker({ strict = false } = {}) {
  const http = createServer();
  const server = new WebSocketServer({ server: http, path: "/mqtt" });
  const broker = await Aedes.createBroker({
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
