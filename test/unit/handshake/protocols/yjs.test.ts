import { createServer } from "node:http";
import { docs, setupWSConnection } from "@y/websocket-server/utils";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { prove, serve, token, wrongToken } from "./support.ts";

async function startYjs({ strict = false } = {}) {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url ?? "", "ws://localhost");
    if (strict && url.searchParams.get("token") !== token)
      return socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    server.handleUpgrade(request, socket, head, (each) => setupWSConnection(each, request));
  });
  return serve(http, "/yjs");
}

test("the state of a room, awareness, and an update that another client sees", async () => {
  await using server = await startYjs({ strict: true });
  expect(await prove(server.url, "yjs")).toEqual({
    failures: [],
    ok: ["name", "tcp", "upgrade", "sync step 2", "ping", "awareness", "update", "close"],
    notAsked: ["token", "log"],
  });
  expect(await wrongToken(server.url, "yjs")).toBe("refused");
});

test("the real client sees the update, and the awareness is taken back", async () => {
  await using server = await startYjs();
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(server.url, "room 1", doc, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  await new Promise<void>((synced) => provider.once("sync", () => synced()));
  expect((await prove(server.url, { preset: "yjs", room: "room 1" })).failures).toEqual([]);
  const map = doc.getMap("geo-system-handshake");
  await expect.poll(() => map.get("proof")).toMatch(/^handshake [0-9a-f]{12}$/);
  await expect.poll(() => provider.awareness.getStates().size).toBe(1);
  provider.destroy();
});

test("without an update the document stays as it is", async () => {
  await using server = await startYjs();
  const { failures, ok } = await prove(server.url, { preset: "yjs", room: "kept", update: false });
  expect(failures).toEqual([]);
  expect(ok).not.toContain("update");
  expect(docs.get("kept")?.store.clients.size ?? 0).toBe(0);
});
