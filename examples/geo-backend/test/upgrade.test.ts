import { connect } from "node:net";
import { expect, test } from "vitest";
import { rejection } from "./support/client.ts";
import { lzc, other, start, tokenOf } from "./support/start.ts";

test("answers 404 to an upgrade elsewhere", async () => {
  await using backend = await start();
  expect(await rejection(`${backend.httpUrl.replace("http", "ws")}/other`)).toBe("404 no WebSocket here");
  expect(backend.lines).toEqual(["[WebSocket] Connection refused (HTTP 404): no WebSocket here"]);
});

test("answers 426 to a request without upgrade", async () => {
  await using backend = await start();
  const response = await fetch(`${backend.httpUrl}/ws`);
  expect(response.status).toBe(426);
  expect(response.headers.get("upgrade")).toBe("websocket");
});

test("answers 403 to a page of another host", async () => {
  await using backend = await start();
  const origin = "https://evil.example";
  expect(await rejection(backend.wsUrl, { origin })).toMatch(/^403 pages of https:\/\/evil.example may not/);
});

test("answers 403 to a page without an origin", async () => {
  await using backend = await start();
  expect(await rejection(backend.wsUrl, { origin: "null" })).toMatch(/^403/);
});

test.each([
  ["the same host", {}, "http://127.0.0.1"],
  ["the same host, another port", {}, "https://127.0.0.1:8443"],
  ["a host of the list", { allowedOrigins: ["https://app.example"] }, "https://app.example"],
  ["anywhere when all are allowed", { allowedOrigins: ["*"] }, "null"],
])("lets a page of %s connect", async (_, overrides, origin) => {
  await using backend = await start(overrides);
  await backend.window(lzc, { origin });
});

test("answers 503 to one connection more than the service takes, until another leaves", async () => {
  await using backend = await start({ maxConnections: 2 });
  const first = await backend.window(lzc);
  await backend.connect().nextOf("connected");
  expect(await rejection(`${backend.wsUrl}?token=${await tokenOf()}`)).toBe("503 too many connections");
  first.terminate();
  await backend.line("User 2 disconnected");
  await backend.window(lzc);
});

test("answers 429 to one window more than an account may have, and not to another account", async () => {
  await using backend = await start({ maxConnectionsPerUser: 1 });
  const first = await backend.window(lzc);
  expect(await rejection(`${backend.wsUrl}?token=${await tokenOf()}`)).toBe(
    "429 too many windows of this account",
  );
  await backend.window(other);
  first.terminate();
  await backend.line("User 2 disconnected");
  await backend.window(lzc);
});

test("closes with 1008 if the window too many sends its token as a message", async () => {
  await using backend = await start({ maxConnectionsPerUser: 1 });
  await backend.window(lzc);
  const client = backend.connect();
  await client.nextOf("connected");
  client.send({ type: "auth", token: await tokenOf() });
  expect(await client.next()).toMatchObject({ code: "too_many_connections" });
  expect(await client.closed).toEqual({ code: 1008, reason: "too many windows of this account" });
});

test.each([
  ["a request target that is no path", "GET http://[ HTTP/1.1", "400"],
  ["a bad key", "GET /ws HTTP/1.1", "400"],
])("answers %s and goes on", async (_, requestLine, status) => {
  await using backend = await start({ maxConnections: 1 });
  const headers = "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n";
  expect(await raw(backend.port, `${requestLine}\r\n${headers}\r\n`)).toContain(`HTTP/1.1 ${status} `);
  await backend.window();
});

test("goes on when a client hangs up in the middle of the upgrade", async () => {
  await using backend = await start({ maxConnections: 1 });
  const token = await tokenOf();
  const socket = connect(backend.port, "127.0.0.1");
  socket.write(
    `GET /ws?token=${token} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  socket.once("connect", () => socket.resetAndDestroy());
  await new Promise((resolve) => socket.once("close", resolve));
  const health = await fetch(`${backend.httpUrl}/healthz`);
  expect(health.status).toBe(200);
});

async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(request);
  return (await socket.toArray()).join("");
}
