import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { seeSizes } from "../../../../operate/diagnose/outside/sizes.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(onRequest: (socket: Socket, text: string) => void): Promise<URL> {
  const server = createServer((socket) => {
    let text = "";
    socket
      .on("error", () => {})
      .on("data", (data) => {
        text += data;
        if (text.endsWith("\r\n\r\n")) onRequest(socket, text);
      });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`);
}

const seenAt = async (url: URL) => (await seeSizes(url, 300)).map(({ answered }) => answered);

test("requests have the size they say, and what answers them all shows no loss", async () => {
  const lengths: number[] = [];
  const url = await listening((socket, text) => {
    lengths.push(text.length);
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  expect(await seenAt(url)).toEqual([true, true, true]);
  expect(lengths.sort((a, b) => a - b)).toEqual([100, 1_100, 4_000]);
});

test("what swallows the large ones", async () => {
  const url = await listening((socket, text) => {
    if (text.length < 1_400) socket.end("HTTP/1.1 200 OK\r\n\r\n");
  });
  expect(await seenAt(url)).toEqual([true, true, false]);
});

test("what hangs up without a word has not answered", async () => {
  expect(await seenAt(await listening((socket) => socket.end()))).toEqual([false, false, false]);
});
