import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfiguration } from "../src/configuration.ts";

const TOKEN_SECRET = "0123456789abcdef";

test("needs the secret only", () => {
  expect(readConfiguration({ TOKEN_SECRET })).toMatchObject({
    host: "127.0.0.1",
    port: 3000,
    websocketPath: "/ws",
    dataDirectory: resolve("data"),
    tokenSecret: TOKEN_SECRET,
    heartbeatInterval: 30_000,
  });
});

test("reads the environment, an empty variable counting as not set", () => {
  const read = readConfiguration({
    TOKEN_SECRET,
    HOST: "",
    PORT: "3001",
    ALLOWED_ORIGINS: "https://a.example , https://b.example",
    HEARTBEAT_SECONDS: "5",
  });
  expect(read).toMatchObject({ host: "127.0.0.1", port: 3001, heartbeatInterval: 5_000 });
  expect(read.allowedOrigins).toEqual(["https://a.example", "https://b.example"]);
});

describe("refuses", () => {
  test.each([
    ["no secret", { TOKEN_SECRET: undefined }, /^ {2}TOKEN_SECRET: .* at least 16 characters, found nothing/],
    ["a short secret", { TOKEN_SECRET: "0123456789abcde" }, /^ {2}TOKEN_SECRET: .* found 15;/],
    ["a port that is no number", { PORT: "http" }, /^ {2}PORT: expected .* 0 to 65535, found "http"$/],
    ["a port out of range", { PORT: "65536" }, /^ {2}PORT: /],
    ["a negative number", { MAX_CONNECTIONS: "-1" }, /^ {2}MAX_CONNECTIONS: /],
    ["a path without a slash", { WS_PATH: "ws" }, /^ {2}WS_PATH: /],
    ["a path that could leave its place in the page", { WS_PATH: '/"><b' }, /^ {2}WS_PATH: /],
    ["a list that is no list of origins", { ALLOWED_ORIGINS: "example.com" }, /^ {2}ALLOWED_ORIGINS: /],
  ])("%s", (_, variables, message) => {
    expect(() => readConfiguration({ TOKEN_SECRET, ...variables })).toThrow(message);
  });

  test("everything that is wrong in one error, without the secret", () => {
    const read = () => readConfiguration({ TOKEN_SECRET: "hunter2", PORT: "x", WS_PATH: "y" });
    expect(read).toThrow(/PORT: .*\n {2}WS_PATH: .*\n {2}TOKEN_SECRET: /);
    expect(read).not.toThrow(/hunter2/);
  });
});
