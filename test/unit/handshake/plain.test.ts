import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { proveHandshake } from "../../../infra/handshake/prove.ts";
import { handshakeTable } from "../../../infra/handshake/report.ts";
import { httpServer, listen } from "./support/listen.ts";

interface Plain {
  onConnection?: (socket: WebSocket, url: string) => void;
  /** The answer in place of the upgrade. */
  refuse?: (url: string) => string | undefined;
}

/** A WebSocket server that knows no protocol. */
async function startPlain({ onConnection, refuse }: Plain = {}) {
  const http = httpServer();
  const server = new WebSocketServer({ noServer: true });
  const closed: number[] = [];
  http.on("upgrade", (request, socket, head) => {
    const answer = refuse?.(request.url ?? "");
    if (answer) return socket.end(answer);
    server.handleUpgrade(request, socket, head, (each) => {
      each.on("close", (code) => closed.push(code));
      onConnection?.(each, request.url ?? "");
    });
  });
  return Object.assign(await listen(http), { closed });
}

const prove = (port: number, token = "", path = "/ws") =>
  proveHandshake({ urls: [`ws://127.0.0.1:${port}${path}`], token, handshake: "plain", timeoutMs: 2_000 });

const told = (report: Awaited<ReturnType<typeof prove>>) =>
  report.rows.map(({ hop, status }) => `${hop} ${status}`);

test("a server that says nothing is proven, and nothing is claimed of what was not asked", async () => {
  await using server = await startPlain();
  const report = await prove(server.port);
  expect(report.failures).toEqual([]);
  expect(told(report)).toEqual([
    "name ok",
    "tcp ok",
    "upgrade ok",
    "stays open ok",
    "ping frame ok",
    "close ok",
    "token not asked",
    "sync not asked",
    "log not asked",
  ]);
  expect(server.closed).toEqual([1000]);
});

test("a server that speaks first, in texts and bytes, is proven", async () => {
  const onConnection = (socket: WebSocket) => {
    socket.send("hello");
    socket.send(Buffer.from([0, 255]));
  };
  await using server = await startPlain({ onConnection });
  expect((await prove(server.port)).failures).toEqual([]);
});

test("a token stands in the URL, and one that is there already stays", { timeout: 20_000 }, async () => {
  let urls: string[] = [];
  await using server = await startPlain({ onConnection: (_, url) => urls.push(url) });
  await prove(server.port, "a b+c");
  expect(urls[0]).toBe("/ws?token=a+b%2Bc");
  urls = [];
  await prove(server.port, "mine", "/ws?token=given&x=1");
  expect(urls[0]).toBe("/ws?token=given&x=1");
});

const unauthorized = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";

test("a backend that lets any token in is served, with a warning", { timeout: 20_000 }, async () => {
  await using server = await startPlain();
  const report = await prove(server.port, "mine");
  expect([report.ok, report.failures]).toEqual([true, []]);
  expect(told(report).slice(-4)).toEqual([
    "token not asked",
    "sync not asked",
    "wrong token warn",
    "log not asked",
  ]);
  expect(report.warnings).toEqual([
    expect.objectContaining({
      hop: "wrong token",
      cause: "any token is let in: a client with a wrong one was let in, and so was a client without any",
    }),
  ]);
  const table = handshakeTable(report);
  expect(table).toMatch(/^token +shown\nsync +not asked\nwrong token +WARNING, any token is let in$/m);
  expect(table).toMatch(
    /^warning at wrong token: any token is let in: .*\n {2}next: let the backend check it/m,
  );
});

test("a backend that lets any token in, and nobody without one, is warned of as well", {
  timeout: 20_000,
}, async () => {
  const refuse = (url: string) => (url.includes("token=") ? undefined : unauthorized);
  await using server = await startPlain({ refuse });
  const [warning] = (await prove(server.port, "mine")).warnings;
  expect(warning?.cause).toBe(
    "any token is let in: a client with a wrong one was let in as one with the right one is",
  );
});

test("a backend that refuses a wrong token is warned of nowhere, and neither is one without a token", async () => {
  const refuse = (url: string) => (url.endsWith("token=mine") ? undefined : unauthorized);
  await using server = await startPlain({ refuse });
  const report = await prove(server.port, "mine");
  expect(report.warnings).toEqual([]);
  expect(handshakeTable(report)).toMatch(/^token +shown\nsync +not asked\nwrong token +ok \d+ ms, refused$/m);
  await using open = await startPlain();
  const without = await prove(open.port);
  expect([without.warnings, handshakeTable(without)]).toEqual([
    [],
    expect.not.stringContaining("wrong token"),
  ]);
});

test("where the client fails nothing is said of tokens", async () => {
  await using refusing = await startPlain({ refuse: () => "HTTP/1.1 502 Bad Gateway\r\n\r\n" });
  const table = handshakeTable(await prove(refusing.port, "mine"));
  expect(table).toMatch(/^token +not asked$/m);
  expect(table).toMatch(/^wrong token +not reached$/m);
});

test("a server that wants something from its clients is told truthfully", async () => {
  await using server = await startPlain({
    onConnection: (socket) => setTimeout(() => socket.close(4401, "log in first"), 300),
  });
  const [failure] = (await prove(server.port)).failures;
  expect(failure?.hop).toBe("stays open");
  expect(failure?.cause).toMatch(
    /^the backend closed the connection \(4401 log in first\) after 0\.3 s: it wants a token, or a login, that this handshake does not show/,
  );
});

test.each([
  ["", "the backend wants a token (401), and this handshake shows none: set handshakeToken"],
  ["old", "the token was refused (401): it has expired"],
])("a 401, with the token %j", async (token, cause) => {
  await using server = await startPlain({ refuse: () => "HTTP/1.1 401 Unauthorized\r\n\r\n" });
  const [failure] = (await prove(server.port, token)).failures;
  expect(failure?.cause).toContain(cause);
});

test("one that does not answer a ping frame fails there", async () => {
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const http = httpServer();
  http.on("upgrade", (request, socket, head) => server.handleUpgrade(request, socket, head, () => {}));
  await using listening = await listen(http);
  const [failure] = (await prove(listening.port)).failures;
  expect(failure?.hop).toBe("ping frame");
  expect(failure?.cause).toBe("the backend answered nothing within 2 s, where a pong frame was due");
});
