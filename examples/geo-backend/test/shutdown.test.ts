import { connect } from "node:net";
import { expect, test } from "vitest";
import { lzc, other, start, temporaryFolder } from "./support/start.ts";

test("asks every client to come back", async () => {
  await using backend = await start();
  const clients = [await backend.window(lzc), await backend.window(other), backend.connect()];
  await clients[2]?.nextOf("connected");
  await backend.stop();
  for (const client of clients) {
    expect(await client.closed).toEqual({ code: 1012, reason: "service restart" });
  }
});

test("finishes what it was writing, and tells the window, before it says good-bye", async () => {
  await using folder = await temporaryFolder();
  await using backend = await start({ dataDirectory: folder.path });
  const client = await backend.window();
  backend.onLine("user 2: create_topic", () => void backend.stop());
  client.send({ type: "create_topic", title: "Roads" });
  expect((await client.next()).type).toBe("topic_created");
  expect(await client.closed).toMatchObject({ code: 1012 });
  await using after = await start({ dataDirectory: folder.path });
  expect((await after.window()).topics).toMatchObject([{ title: "Roads" }]);
});

test("takes no new connection from then on", async () => {
  await using backend = await start();
  await backend.window();
  await backend.stop();
  await expect(fetch(`${backend.httpUrl}/healthz`)).rejects.toThrow();
});

test("cuts off a client that does not answer, within the deadline", async () => {
  await using backend = await start({ shutdownTimeout: 1_000 });
  const client = await backend.window();
  client.socket.pause();
  const started = performance.now();
  await backend.stop();
  expect(performance.now() - started).toBeLessThan(1_000);
});

test("is not held up by a connection that says nothing", async () => {
  await using backend = await start();
  const socket = connect(backend.port, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  const gone = new Promise((resolve) => socket.once("close", resolve));
  await backend.stop();
  await gone;
});

test("closes at a pace", async () => {
  await using backend = await start({ closesPerSecond: 50, shutdownTimeout: 2_000 });
  const clients = [await backend.window(), await backend.window(), await backend.window()];
  const started = performance.now();
  const stopped = backend.stop();
  const times = await Promise.all(
    clients.map((client) => client.closed.then(() => performance.now() - started)),
  );
  await stopped;
  expect(Math.max(...times)).toBeGreaterThanOrEqual(35);
});

test("hands its clients over at a pace, and serves each until its turn", async () => {
  await using backend = await start({ handoverTime: 600 });
  const clients = await Promise.all(Array.from({ length: 12 }, () => backend.window()));
  const started = performance.now();
  void backend.handOver();
  clients.at(-1)?.send({ type: "create_topic", title: "until the end" });
  expect((await clients.at(-1)?.next())?.type).toBe("topic_created");
  const times = await Promise.all(
    clients.map(async (client) => {
      expect(await client.closed).toEqual({ code: 1012, reason: "service restart" });
      return performance.now() - started;
    }),
  );
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(500);
});

test("hands over whoever was still on the way in", async () => {
  await using backend = await start({ handoverTime: 100 });
  const first = await backend.window();
  void backend.handOver();
  const second = await backend.window(other);
  expect((await Promise.all([first.closed, second.closed])).map(({ code }) => code)).toEqual([1012, 1012]);
});

test("names whom it cuts off", async () => {
  await using backend = await start({ shutdownTimeout: 400 });
  const client = await backend.window();
  client.socket.pause();
  await backend.stop();
  expect(backend.lines).toContain(
    "[WebSocket] Cutting off the connection of user 2: it did not answer the close",
  );
});
