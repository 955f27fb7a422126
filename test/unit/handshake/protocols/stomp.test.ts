import { createServer } from "node:http";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { prove, serve, token, wrongToken } from "./support.ts";

type Broker = new (options: object) => object;
const StompServer = createRequire(import.meta.url)("stomp-broker-js") as Broker;

/** The broker of npm, which knows no accounts. */
async function startBroker() {
  const http = createServer();
  new StompServer({ server: http, path: "/stomp", heartbeat: [0, 0], debug: () => {} });
  return serve(http, "/stomp");
}

/** In the words of RabbitMQ, which takes its own virtual host where the client names none. */
function refusal(connect: string): string | undefined {
  if (!connect.includes(`\npasscode:${token}\n`)) return "Access refused for user 'proof'";
  const host = /\nhost:(.*)/.exec(connect)?.[1] ?? "/";
  return host === "/" ? undefined : `Virtual host '${host}' access denied`;
}

/** One that knows accounts, as far as CONNECT. */
async function startStrict() {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  server.on("connection", (socket) =>
    socket.on("message", (data) => {
      const why = refusal(`${data}`);
      socket.send(why ? `ERROR\nmessage:Bad CONNECT\n\n${why}\0` : "CONNECTED\nversion:1.2\n\n\0");
      if (why) socket.close();
    }),
  );
  return serve(http, "/ws");
}

test("CONNECT, and a message from one client to another", async () => {
  await using server = await startBroker();
  expect(await prove(server.url, { preset: "stomp", destination: "/topic/handshake" })).toEqual({
    failures: [],
    ok: ["name", "tcp", "upgrade", "CONNECTED", "ping frame", "MESSAGE", "close"],
    notAsked: ["log"],
  });
  expect(await wrongToken(server.url, "stomp")).toBe("not wanted");
});

test("a wrong passcode is refused, in the broker's words", async () => {
  await using server = await startStrict();
  const handshake = { preset: "stomp", login: "proof" } as const;
  expect((await prove(server.url, handshake)).failures).toEqual([]);
  expect((await prove(server.url, handshake, { token: "another" })).failures).toEqual([
    "CONNECTED: the backend did not let the client in: Bad CONNECT: Access refused for user 'proof'",
  ]);
  expect((await prove(server.url, { ...handshake, host: "elsewhere" })).failures).toEqual([
    "CONNECTED: the backend did not let the client in: Bad CONNECT: Virtual host 'elsewhere' access denied",
  ]);
  expect(await wrongToken(server.url, handshake)).toBe("refused");
});

test("a broker whose lines end with CR LF, as STOMP 1.2 allows", async () => {
  const http = createServer();
  new WebSocketServer({ server: http }).on("connection", (socket) =>
    socket.on("message", () => socket.send("CONNECTED\r\nversion:1.2\r\n\r\n\0")),
  );
  await using server = await serve(http, "/ws");
  expect((await prove(server.url, "stomp")).failures).toEqual([]);
});
