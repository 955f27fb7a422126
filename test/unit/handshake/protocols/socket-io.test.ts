import { createServer } from "node:http";
import { Server, type ServerOptions } from "socket.io";
import { expect, test } from "vitest";
import { prove, serve, token, wrongToken } from "./support.ts";

async function startSocketIo(options: Partial<ServerOptions> = {}, path = "/socket.io/", strict = false) {
  const http = createServer();
  const io = new Server(http, options);
  const ended: string[] = [];
  const check = (socket: { handshake: { auth: { token?: string } } }, next: (error?: Error) => void) =>
    next(strict && socket.handshake.auth.token !== token ? new Error("not authorized") : undefined);
  for (const name of ["/", "/chat"]) {
    io.of(name).use(check);
    io.of(name).on("connection", (socket) => socket.on("disconnect", (reason) => ended.push(reason)));
  }
  return Object.assign(await serve(http, path, () => io.close()), { ended });
}

const hops = ["name", "tcp", "polling", "upgrade", "probe", "namespace", "ping frame", "close"];

test.each(["/socket.io/", "/socket.io", "/"])("a default server is proven at %s", async (path) => {
  await using server = await startSocketIo({}, path);
  const { failures, ok, notAsked } = await prove(server.url, "socket.io", { token: "" });
  expect(failures).toEqual([]);
  expect(ok).toEqual(hops);
  expect(notAsked).toEqual(["token", "sync", "log"]);
  await expect.poll(() => server.ended).toEqual(["transport close"]);
});

test("a path, a namespace and auth of its own", async () => {
  await using server = await startSocketIo({ path: "/live/" }, "/live/", true);
  const handshake = { preset: "socket.io", namespace: "/chat", auth: { token: "${token}" } } as const;
  expect(await prove(server.url, handshake)).toMatchObject({ failures: [], ok: hops });
});

test("clients that begin with WebSocket", async () => {
  await using server = await startSocketIo({ transports: ["websocket"] });
  const { failures, ok } = await prove(server.url, { preset: "socket.io", transports: ["websocket"] });
  expect(failures).toEqual([]);
  expect(ok).toContain("open packet");
});

test("a server that pings often keeps a client that answers", async () => {
  await using server = await startSocketIo({ pingInterval: 50, pingTimeout: 50 });
  expect((await prove(server.url, "socket.io")).failures).toEqual([]);
  expect(await wrongToken(server.url, "socket.io")).toBe("not wanted");
});

test("a token that is not let in is told in the server's words, and a wrong one is refused", async () => {
  await using server = await startSocketIo({}, "/socket.io/", true);
  const { failures } = await prove(server.url, "socket.io", { token: "bad" });
  expect(failures).toEqual([
    'namespace: the backend did not let the client in: {"message":"not authorized"}',
  ]);
  expect(await wrongToken(server.url, "socket.io")).toBe("refused");
  const none = await prove(server.url, "socket.io", { token: "" });
  expect(none.failures[0]).toContain(
    "; this handshake shows no token: set handshakeToken, or say in handshake",
  );
});

test("a namespace that does not exist, and a server that is none", async () => {
  await using server = await startSocketIo();
  const { failures } = await prove(server.url, { preset: "socket.io", namespace: "/nowhere" });
  expect(failures).toEqual([
    'namespace: the backend did not let the client in: /nowhere,{"message":"Invalid namespace"}',
  ]);
  await using other = await serve(
    createServer((_, response) => response.end("a page")),
    "/",
  );
  expect((await prove(other.url, "socket.io")).failures).toEqual([
    "polling: the backend answered a page, where the open packet of Engine.IO 4, 0{…} was due",
  ]);
});
