import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { rejection } from "./support/client.ts";
import { lzc, other, secret, start, tokenOf } from "./support/start.ts";

const key = new TextEncoder().encode(secret);
const day = 86_400;
const now = () => Math.floor(Date.now() / 1000);

/** Signed with the right secret, but with other claims or another algorithm. */
function signed(claims: Record<string, unknown>, alg = "HS256"): Promise<string> {
  return new SignJWT({ sub: "2", name: "lzc2005", exp: now() + day, ...claims })
    .setProtectedHeader({ alg })
    .sign(key);
}

const badTokens: [string, string, () => Promise<string> | string][] = [
  ["is no token", "this is not a token", () => "abc"],
  ["is empty", "this is not a token", () => ""],
  ["has expired", "the token has expired", () => signed({ exp: now() - day })],
  [
    "is signed by another",
    "the token's signature is wrong",
    async () => `${(await tokenOf()).slice(0, -4)}AAAA`,
  ],
  ["is signed with HS384", "the token is not signed with HS256", () => signed({}, "HS384")],
  ["is not signed", "the token is not signed with HS256", () => unsigned()],
  ["does not expire", "the token's claim exp is wrong", () => signed({ exp: undefined })],
  ["has no name", "the token's claim name is wrong", () => signed({ name: undefined })],
  ["has a name of two lines", "the token names no user", () => signed({ name: "a\n[WebSocket] b" })],
  ["has an id with a space", "the token names no user", () => signed({ sub: "2 3" })],
];

function unsigned(): string {
  return new UnsecuredJWT({ sub: "2", name: "lzc2005", exp: now() + day }).encode();
}

describe("answers 401", () => {
  test.each(badTokens)("if the token in the URL %s", async (_, reason, token) => {
    await using backend = await start();
    expect(await rejection(`${backend.wsUrl}?token=${await token()}`)).toBe(`401 ${reason}`);
    expect(backend.lines).toEqual([
      "[WebSocket] New connection attempt",
      `[WebSocket] Connection refused (HTTP 401): ${reason}`,
    ]);
  });
});

describe("closes with 1008", () => {
  test.each(badTokens)("if the token in the first message %s", async (_, reason, token) => {
    await using backend = await start();
    const client = backend.connect();
    await client.nextOf("connected");
    client.send({ type: "auth", token: await token() });
    expect(await client.next()).toEqual({ type: "error", code: "unauthorized", message: reason });
    expect(await client.closed).toEqual({ code: 1008, reason });
  });

  test.each([
    ["is a ping", "ping"],
    ["is not JSON", "hello"],
    ["is a command", { type: "create_topic", title: "a" }],
    ["has no token", { type: "auth" }],
  ])("if the first message %s", async (_, message) => {
    await using backend = await start();
    const client = backend.connect();
    await client.nextOf("connected");
    client.send(message);
    expect(await client.closed).toEqual({ code: 1008, reason: "the first message must be auth" });
  });

  test("if no token comes in time", async () => {
    await using backend = await start({ authenticationTimeout: 50 });
    const client = backend.connect();
    expect(await client.closed).toEqual({ code: 1008, reason: "no token within 0.05 s" });
  });

  test("if a later token is another user's", async () => {
    await using backend = await start();
    const client = await backend.window(lzc);
    client.send({ type: "auth", token: await tokenOf(other) });
    expect(await client.closed).toEqual({ code: 1008, reason: "the token is another user's" });
  });

  test("if the token expires while the connection stands", async () => {
    await using backend = await start({ heartbeatInterval: 20 });
    // Within the tolerance for clocks that differ, so it still opens a connection.
    const client = backend.connect(`?token=${await signed({ exp: now() - 1 })}`);
    expect(await client.closed).toEqual({ code: 1008, reason: "the token has expired" });
  });
});

test("a newer token lets the connection live on", async () => {
  await using backend = await start({ heartbeatInterval: 1_000 });
  const client = backend.connect(`?token=${await signed({ exp: now() - 1 })}`);
  client.socket.once("open", async () => client.send({ type: "auth", token: await tokenOf() }));
  await client.nextOf("subscribed");
  await client.nextOf("authenticated");
  await new Promise((resolve) => client.socket.once("ping", resolve));
  expect(await client.others()).toEqual([]);
});
