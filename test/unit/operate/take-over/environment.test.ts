import { expect, it } from "vitest";
import { readEnvironment } from "../../../../operate/take-over/environment.ts";

const environ = (...entries: string[]) => `${entries.join("\0")}\0`;

it("leaves out what the session, systemd, npm and pm2 put there", () => {
  const text = environ("HOME=/root", "SSH_CLIENT=1", "npm_config_x=1", "pm_id=0", "chat={}", "A=1");
  expect(readEnvironment(text, "chat").plain).toEqual({ A: "1" });
});

it("keeps under a unit what pm2 would have put there", () => {
  expect(readEnvironment(environ("version=2", "INVOCATION_ID=abc")).plain).toEqual({ version: "2" });
});

it("keeps a value of several lines, with equal signs in it", () => {
  expect(readEnvironment(environ("TEXT=a=b\nc")).plain).toEqual({ TEXT: "a=b\nc" });
});

it("leaves to other keys what they set", () => {
  expect(readEnvironment(environ("PORT=3000", "HOST=127.0.0.1"))).toEqual({
    plain: {},
    secret: [],
    own: ["PORT", "HOST"],
  });
});

it.each([
  ["by its name", "DB_PASSWORD=x"],
  ["by its name", "JWT_SALT=x"],
  ["by a login in a URL", "BROKER=amqp://user:pass@127.0.0.1"],
  ["by a login without a password's colon", "BROKER=redis://abc@127.0.0.1"],
  ["as a key", "PEM=-----BEGIN PRIVATE KEY-----\nabc"],
  ["as random text", "STRIPE=sk_live_4eC39HqLyjWDarjtT1zdp7dc"],
])("takes a value for a secret %s: %s", (_, entry) => {
  const { plain, secret } = readEnvironment(environ(entry));
  expect([plain, secret]).toEqual([{}, [entry.split("=")[0]]]);
});

it.each([
  ["GREETING=hello"],
  ["LEVEL=debug"],
  ["API=https://api.example/v1"],
  ["FILES=/srv/files/of/2024/all"],
])("shows %s", (entry) => {
  expect(readEnvironment(environ(entry)).secret).toEqual([]);
});
