import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import type { HandshakeInput } from "../../../../infra/handshake/handshake.ts";
import { proveHandshake } from "../../../../infra/handshake/prove.ts";
import { listen } from "../support/listen.ts";

const api = (request: IncomingMessage, response: ServerResponse) => {
  const { url, headers } = request;
  if (url === "/api/health") response.writeHead(204).end();
  else if (url === "/api/login") response.writeHead(302, { location: "/" }).end();
  else if (url === "/api/private")
    response.writeHead(headers.authorization === "Bearer open sesame" ? 200 : 401).end("who are you?");
  else if (url === "/api/cut") request.socket.destroy();
  else if (url === "/api/") response.end('{"service":"shop"}');
  else response.writeHead(url === "/api/gone" ? 502 : 404).end("no such thing");
};

async function proof(handshake: HandshakeInput, token = "") {
  await using server = await listen(createServer(api));
  const urls = [`ws://127.0.0.1:${server.port}/api/`];
  return await proveHandshake({ urls, handshake, token, timeoutMs: 2_000 });
}

test("an application without a WebSocket is proven by a request to its path", async () => {
  const { ok, rows } = await proof("http");
  expect(ok).toBe(true);
  expect(rows[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/$/);
  expect(rows.map(({ hop, status }) => `${hop}: ${status}`)).toEqual([
    ...["name: ok", "tcp: ok", "answer: ok"],
    ...["token: not asked", "ping: not asked", "sync: not asked", "log: not asked"],
  ]);
});

test.each<[HandshakeInput]>([
  [{ preset: "http", path: "/health", status: 204 }],
  [{ preset: "http", path: "/login" }],
  [{ preset: "http", contains: '"shop"' }],
])("or as its options say: %j", async (handshake) => {
  expect(await proof(handshake)).toMatchObject({ ok: true, failures: [] });
});

test("a token is shown as a bearer, and a wrong one must be refused", async () => {
  const { ok, rows, warnings } = await proof({ preset: "http", path: "/private" }, "open sesame");
  expect([ok, warnings]).toEqual([true, []]);
  expect(rows).toContainEqual(expect.objectContaining({ hop: "wrong token", status: "ok" }));
  const open = await proof("http", "open sesame");
  expect(open.warnings).toContainEqual(expect.objectContaining({ hop: "wrong token" }));
});

const health =
  'where another path or status is right, say it in handshake: {"preset":"http","path":"/health","status":204}';

test.each<[HandshakeInput, string, string]>([
  [
    { preset: "http", path: "/nothing" },
    "/api/nothing is answered with 404, where a status below 400 was due; it says: no such thing",
    `${health}; ssh ubuntu@127.0.0.1 sudo geo-system site check`,
  ],
  [
    { preset: "http", path: "/login", status: 200 },
    "/api/login is answered with 302, on to /, where status 200 was due",
    health,
  ],
  [
    { preset: "http", contains: "chat" },
    '/api/ is answered with 200, where a text with "chat" was due; it says: {"service":"shop"}',
    health,
  ],
  [
    { preset: "http", path: "/private" },
    "/api/private is answered with 401, where a status below 400 was due; it says: who are you?",
    "where it wants a token, set handshakeToken, or say in handshake how clients show it (docs/handshake.md)",
  ],
  [{ preset: "http", path: "/gone" }, "nginx cannot reach the backend (502)", "pm2 logs"],
  [{ preset: "http", path: "/cut" }, "the connection was closed before /api/cut was answered", "pm2 logs"],
])("%j says why it failed, and what to do", async (handshake, cause, next) => {
  const { ok, failures } = await proof(handshake);
  expect(ok).toBe(false);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatchObject({ hop: "answer" });
  expect(failures[0]?.cause).toContain(cause);
  expect(failures[0]?.next).toContain(next);
});
