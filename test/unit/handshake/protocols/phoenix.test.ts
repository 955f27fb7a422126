import { createServer } from "node:http";
import { Socket } from "phoenix";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { prove, serve, token, wrongToken } from "./support.ts";

type Message = [string | null, string, string, string, Record<string, unknown>];

/** No Elixir is at hand: a stand-in, which the real client of npm takes for a server as well. */
async function startPhoenix({ strict = false, bearer = false } = {}) {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => "phoenix" });
  http.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url ?? "", "ws://localhost");
    const { pathname, searchParams } = url;
    if (pathname !== "/socket/websocket" || searchParams.get("vsn") !== "2.0.0")
      return socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    if (strict && searchParams.get("token") !== token)
      return socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    if (bearer && bearerOf(request.headers["sec-websocket-protocol"]) !== token)
      return socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    server.handleUpgrade(request, socket, head, (each) =>
      each.on("message", (data) => answer(each, `${data}`)),
    );
  });
  return serve(http, "/socket");
}

/** As the transport of Phoenix 1.8 reads it: plain base64, without padding. */
function bearerOf(protocols = ""): string | undefined {
  const [, encoded] = /^phoenix, ?base64url\.bearer\.phx\.([A-Za-z0-9+/]+)$/.exec(protocols) ?? [];
  return encoded && Buffer.from(encoded, "base64").toString();
}

function answer(socket: WebSocket, text: string) {
  const [join, reference, topic, event] = JSON.parse(text) as Message;
  const known = topic === "phoenix" ? event === "heartbeat" : topic.startsWith("room:");
  const reply = known
    ? { status: "ok", response: {} }
    : { status: "error", response: { reason: "unmatched topic" } };
  socket.send(JSON.stringify([join, reference, topic, "phx_reply", reply]));
}

test("the heartbeat, and a topic that is joined", async () => {
  await using server = await startPhoenix({ strict: true });
  expect(await prove(server.url, { preset: "phoenix", topic: "room:lobby" })).toEqual({
    failures: [],
    ok: ["name", "tcp", "upgrade", "join", "heartbeat", "close"],
    notAsked: ["sync", "log"],
  });
  expect((await prove(server.url, "phoenix")).ok).not.toContain("join");
  expect(await wrongToken(server.url, "phoenix")).toBe("refused");
});

test("a topic that cannot be joined is told in the server's words", async () => {
  await using server = await startPhoenix();
  const { failures } = await prove(server.url, { preset: "phoenix", topic: "other" });
  expect(failures[0]).toMatch(/^join: the backend did not let the client in: other: .*unmatched topic/);
});

test("the token as authToken travels in a subprotocol, and nowhere else", async () => {
  await using server = await startPhoenix({ bearer: true });
  const handshake = { preset: "phoenix", authToken: "${token}" } as const;
  expect((await prove(server.url, handshake)).failures).toEqual([]);
  expect(await wrongToken(server.url, handshake)).toBe("refused");
  const usual = await prove(server.url, "phoenix");
  expect(usual.failures[0]).toContain("403");

  const transport = WebSocket as unknown as typeof globalThis.WebSocket;
  const socket = new Socket(server.url, { authToken: token, transport });
  socket.connect();
  await new Promise<void>((resolve) => socket.onOpen(() => resolve()));
  socket.disconnect();
});

/** The client of npm, as a page makes it. */
function realSocket(url: string, shown: string): Socket {
  const transport = WebSocket as unknown as typeof globalThis.WebSocket;
  const socket = new Socket(url, { params: { token: shown }, transport });
  socket.connect();
  return socket;
}

test("the real client with another token is rejected by the stand-in", async () => {
  await using server = await startPhoenix({ strict: true });
  const socket = realSocket(server.url, "of-somebody-else");
  const what = await new Promise((resolve) => {
    socket.onOpen(() => resolve("open"));
    socket.onError(() => resolve("error"));
  });
  expect(what).toBe("error");
  socket.disconnect();
});

test("the real client is served by the stand-in", async () => {
  await using server = await startPhoenix({ strict: true });
  const socket = realSocket(server.url, token);
  const joined = await new Promise((resolve) =>
    socket
      .channel("room:lobby")
      .join()
      .receive("ok", () => resolve("ok"))
      .receive("error", () => resolve("error")),
  );
  expect(joined).toBe("ok");
  expect(await new Promise((resolve) => socket.ping(() => resolve("heartbeat")))).toBe("heartbeat");
  socket.disconnect();
});
