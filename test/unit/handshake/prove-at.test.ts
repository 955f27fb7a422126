import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { proveHandshake } from "../../../infra/handshake/prove.ts";

let server: WebSocketServer;
const asked: (string | undefined)[] = [];

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (_, { headers }) => asked.push(headers.host));
  await once(server, "listening");
});
afterAll(() => server.close());

const prove = (at?: string) => {
  const url = `ws://geo.invalid:${(server.address() as AddressInfo).port}/ws`;
  return proveHandshake({ urls: [url], token: "", handshake: "plain", ...(at && { at }) });
};

it("one host of several is proven by the name of all of them: that host is dialled, and asked for the name", async () => {
  expect((await prove("127.0.0.1")).ok).toBe(true);
  expect(asked[0]).toMatch(/^geo\.invalid:\d+$/);
  expect((await prove()).failures[0]?.hop).toBe("name");
});
