import { expect, test } from "vitest";
import { lzc, other, start, tokenOf } from "./support/start.ts";

test("with the token in the URL: connected, authenticated, subscribed, ping, pong", async () => {
  await using backend = await start();
  const client = backend.connect(`?token=${await tokenOf()}`);
  expect(await client.next()).toEqual({ type: "connected" });
  expect(await client.next()).toEqual({ type: "authenticated", user: lzc });
  expect(await client.next()).toEqual({ type: "subscribed", topics: [] });
  client.send({ type: "ping" });
  expect(await client.next()).toEqual({ type: "pong" });
});

test("with the token as the first message: the same", async () => {
  await using backend = await start();
  const client = backend.connect();
  expect(await client.next()).toEqual({ type: "connected" });
  client.send({ type: "auth", token: await tokenOf() });
  client.send({ type: "ping" });
  expect(await client.next()).toEqual({ type: "authenticated", user: lzc });
  expect(await client.next()).toEqual({ type: "subscribed", topics: [] });
  expect(await client.next()).toEqual({ type: "pong" });
});

test("prints the lines of a healthy log", async () => {
  await using backend = await start();
  const client = await backend.window();
  client.send({ type: "ping" });
  await client.nextOf("pong");
  expect(backend.lines).toEqual([
    "[WebSocket] New connection attempt",
    "[WebSocket] User lzc2005 (ID: 2) authenticated",
    "[WebSocket] User 2 subscribed. Total connections: 1",
    "[WebSocket] Received message from user 2: ping",
  ]);
});

test("counts the connections of all users", async () => {
  await using backend = await start();
  await backend.window(lzc);
  const second = await backend.window(other);
  second.terminate();
  await backend.line("User 3 disconnected");
  expect(backend.lines).toContain("[WebSocket] User 3 subscribed. Total connections: 2");
  expect(backend.lines.at(-1)).toBe("[WebSocket] User 3 disconnected (code 1006). Total connections: 1");
});

test("answers the bare text ping with the bare text pong", async () => {
  await using backend = await start();
  const client = await backend.window();
  client.send("ping");
  expect(await client.nextText()).toBe("pong");
  expect(backend.lines).toContain("[WebSocket] Received message from user 2: ping");
});

test("confirms a token that is sent again, without new lines in the log", async () => {
  await using backend = await start();
  const client = await backend.window();
  const before = [...backend.lines];
  client.send({ type: "auth", token: await tokenOf() });
  expect(await client.next()).toEqual({ type: "authenticated", user: lzc });
  expect(backend.lines).toEqual(before);
});

test("never logs a token or a title", async () => {
  await using backend = await start();
  const token = await tokenOf();
  const client = backend.connect(`?token=${token}`);
  await client.nextOf("subscribed");
  client.send({ type: "create_topic", title: "a private plan" });
  await client.nextOf("topic_created");
  expect(backend.lines.join("\n")).not.toContain(token);
  expect(backend.lines.join("\n")).not.toContain("private");
});
