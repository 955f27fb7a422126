import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { judge } from "../../../../operate/diagnose/judge.ts";
import { seeMany } from "../../../../operate/diagnose/outside/many.ts";
import type { ManySeen } from "../../../../operate/diagnose/outside/observed.ts";
import { healthy } from "./support/healthy.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A server whose every fourth connection is answered as `fourth` does; what it was asked for is kept. */
async function serving(fourth: "silence" | "401") {
  const asked: string[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer().on("upgrade", (request, socket, head) => {
    asked.push(request.url ?? "");
    if (asked.length % 4 !== 0) return sockets.handleUpgrade(request, socket, head, () => {});
    if (fourth === "401") socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    return undefined;
  });
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws?room=1&token=secret`;
  const names = { ssh: "ssh host", application: "app" };
  return { asked, seen: await seeMany(url, names, { handshake: { preset: "plain" } }, 300) };
}

describe("connections at once", () => {
  it("meet the one of four that is silent, and none of them shows the token", async () => {
    const { asked, seen } = await serving("silence");
    expect(seen).toEqual({ asked: 16, silent: 4 });
    expect(new Set(asked)).toEqual(new Set(["/ws?room=1"]));
  });

  it("take a refusal for an answer", async () => {
    expect((await serving("401")).seen).toEqual({ asked: 16, silent: 0 });
  });
});

describe("one of several that hangs", () => {
  const told = (many: ManySeen) => {
    const { inside: _, ...outsideOnly } = healthy;
    return judge({ ...outsideOnly, outside: { ...healthy.outside, many } });
  };

  it("is a failure where some are silent, and only looks are shown", () => {
    const { healthy: well, verdict } = told({ asked: 16, silent: 5 });
    expect(well).toBe(false);
    expect(verdict).toMatchObject({
      hop: "upgrade",
      cause:
        "5 of 16 connections at once get no answer: one of nginx's workers, of the backend's processes or of the machines behind 203.0.113.7 hangs",
      evidence: ["11 were answered; 5 were accepted, and nothing came on them"],
      worry: "Yes: some clients fail until this is mended.",
    });
    expect(verdict?.fix.filter((line) => !line.startsWith("# "))).toEqual([]);
  });

  it("is none where all are answered, and none is named where none is", () => {
    for (const silent of [0, 16]) expect(told({ asked: 16, silent }).healthy).toBe(true);
  });
});
