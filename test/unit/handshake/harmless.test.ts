import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { protocolOf } from "../../../infra/handshake/protocols/table.ts";
import { proveHandshake } from "../../../infra/handshake/prove.ts";
import { askWrongToken } from "../../../infra/handshake/wrong-token.ts";
import { httpServer, listen } from "./support/listen.ts";

/** A backend without a handler for errors of its sockets: where its client has left before it wrote all, it ends. */
async function startFragile(write: (socket: Duplex) => Promise<void>) {
  const http = httpServer();
  const crashes: string[] = [];
  let answered = 0;
  http.on("upgrade", async (_, socket) => {
    socket.on("error", ({ code }: NodeJS.ErrnoException) => crashes.push(code ?? "error"));
    await write(socket);
    if (socket.destroyed) crashes.push("left early");
    socket.end();
    answered += 1;
  });
  return Object.assign(await listen(http), { crashes, answered: () => answered });
}

/** As a backend does that asks a database first, and writes what it says piece by piece. */
async function slowRefusal(socket: Duplex) {
  await pause(100);
  socket.write("HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\n");
  for (let i = 0; i < 9; i += 1) {
    await pause(50);
    socket.write("x".repeat(1_000));
  }
}

const options = (port: number, timeoutMs: number) => ({
  ...{ url: `ws://127.0.0.1:${port}/ws`, token: "aaa.bbb.ccc", timeoutMs },
  names: { ssh: "ssh ubuntu@host", application: "geo-backend" },
});

test("an answer is read to its end, by the proof and by the question about a wrong token", async () => {
  await using backend = await startFragile(slowRefusal);
  const { url, token } = options(backend.port, 2_000);
  await proveHandshake({ urls: [url], token, handshake: "plain" });
  await askWrongToken({ ...options(backend.port, 2_000), protocol: protocolOf({ preset: "plain" }) });
  expect(backend.answered()).toBe(2);
  expect(backend.crashes).toEqual([]);
});

test("an answer that comes after the time is up is still read", async () => {
  await using backend = await startFragile(slowRefusal);
  const { url, token } = options(backend.port, 30);
  const report = await proveHandshake({ urls: [url], token, handshake: "plain", timeoutMs: 30 });
  expect(report.failures[0]?.hop).toBe("upgrade");
  await expect.poll(() => backend.answered(), { timeout: 3_000 }).toBe(1);
  expect(backend.crashes).toEqual([]);
});
