import { describe, expect, test } from "vitest";
import { Bucket, Rates } from "../src/limits.ts";
import { lzc, other, start } from "./support/start.ts";

describe("messages", () => {
  test("closes with 1009 if a message is too large", async () => {
    await using backend = await start({ maxMessageBytes: 1024 });
    const client = await backend.window();
    client.send("x".repeat(1025));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(backend.lines).toContain("[WebSocket] Connection of user 2 failed: Max payload size exceeded");
  });

  test("closes with 1003 if a message is binary", async () => {
    await using backend = await start();
    const client = await backend.window();
    client.socket.send(Buffer.from("ping"));
    expect(await client.closed).toEqual({ code: 1003, reason: "expected text" });
  });

  test("closes with 1008 if there are too many", async () => {
    await using backend = await start({ messagesPerSecond: 2 });
    const client = await backend.window();
    for (let sent = 0; sent < 10; sent += 1) client.send("ping");
    expect(await client.closed).toEqual({ code: 1008, reason: "too many messages" });
  });

  test("closes with 1008 if all windows of a user together send too many, and no one else's", async () => {
    await using backend = await start({ messagesPerSecond: 2 });
    const [first, second, bystander] = [
      await backend.window(),
      await backend.window(),
      await backend.window(other),
    ];
    for (const client of [first, second]) for (let sent = 0; sent < 3; sent += 1) client.send("ping");
    const { code } = await Promise.race([first.closed, second.closed]);
    expect(code).toBe(1008);
    expect(await bystander.others()).toEqual([]);
  });

  test("closes with 1008 if there are too many before the token", async () => {
    await using backend = await start({ messagesPerSecond: 1 });
    const client = backend.connect();
    await client.nextOf("connected");
    for (let sent = 0; sent < 3; sent += 1) client.send({ type: "auth", token: "x" });
    expect(await client.closed).toMatchObject({ code: 1008 });
  });

  test.each([
    ["is not JSON", "hello", "expected JSON"],
    ["is not an object", "7", "expected a JSON object"],
    ["is of no known type", { type: "x" }, 'expected "type" to be auth, ping, create_topic or delete_topic'],
    ["lacks a member", { type: "create_topic" }, 'create_topic: expected "title" to be a string'],
  ])("says what it expected if a message %s, and stays", async (_, message, text) => {
    await using backend = await start();
    const client = await backend.window();
    client.send(message);
    expect(await client.next()).toEqual({ type: "error", code: "bad_message", message: text });
    expect(await client.others()).toEqual([]);
    expect(backend.lines).toContain("[WebSocket] Received message from user 2: not understood");
  });
});

describe("clients", () => {
  test("drops one that does not answer the heartbeat, and keeps one that does", async () => {
    await using backend = await start({ heartbeatInterval: 100 });
    const alive = await backend.window(other);
    const dead = await backend.window(lzc, { autoPong: false });
    expect(await dead.closed).toMatchObject({ code: 1006 });
    expect(backend.lines).toContain(
      "[WebSocket] Dropping the connection of user 2: no answer to the heartbeat",
    );
    expect(await alive.others()).toEqual([]);
  });

  test("drops one that reads too slowly, and keeps one that reads", async () => {
    const large = 1_000_000;
    await using backend = await start({
      maxTitleLength: large,
      maxMessageBytes: 2 * large,
      maxBufferedBytes: large,
    });
    const [reader, slow] = [await backend.window(), await backend.window()];
    slow.socket.pause();
    const dropped = backend.line("Dropping the connection of user 2: it reads too slowly");
    // The system's own buffers take some megabytes first.
    for (let topic = 0; topic < 20; topic += 1)
      reader.send({ type: "create_topic", title: "x".repeat(large) });
    await dropped;
    expect((await reader.nextOf("topic_created")).topic.title).toHaveLength(large);
  });
});

describe("a bucket", () => {
  test("takes twice the rate at once, then the rate", () => {
    const bucket = new Bucket(10, 0);
    const takeAll = (now: number) => {
      let taken = 0;
      while (bucket.take(now)) taken += 1;
      return taken;
    };
    expect([takeAll(0), takeAll(1_000), takeAll(1_500), takeAll(60_000)]).toEqual([20, 10, 5, 20]);
  });

  test("outlives the user's connections until it is full again", () => {
    const rates = new Rates(10);
    const [used, full] = [rates.of("2"), rates.of("3")];
    used.take();
    rates.sweep();
    expect(rates.of("2")).toBe(used);
    expect(rates.of("3")).not.toBe(full);
  });
});
