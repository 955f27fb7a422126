import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exampleBackend } from "../../../infra/package-root.ts";
import { operatedSettings, readOperated } from "../../../infra/settings/operated.ts";
import { validate } from "../../../infra/settings/validate.ts";

const settings = validate({
  ...{ host: "203.0.113.7", serverName: "a.example, b.example", backendInstances: 2, handshake: "socket.io" },
  routes: { "/ws": { websocket: true }, "/": { files: "/home/me/web" } },
  backendSecretEnvironment: { TOKEN_SECRET: "never in it" },
});

it("what the commands need goes through the state, as JSON, and comes back", () => {
  const kept = JSON.parse(JSON.stringify(operatedSettings(settings)));
  expect(readOperated(kept)).toMatchObject({
    ...{ serverName: ["a.example", "b.example"], backendInstances: 2, handshake: { preset: "socket.io" } },
    ...{ siteName: "geo-system", handoverSeconds: 10 },
  });
});

it("holds no secret, and no folder of an operator's machine", () => {
  const text = JSON.stringify(operatedSettings(settings));
  expect(text).not.toContain("never in it");
  expect(text).not.toContain("/home/me");
});

it("of a state that has none of it the defaults hold", () => {
  expect(readOperated({})).toMatchObject({
    websocketPath: "/ws",
    backendInstances: 1,
    handshake: { preset: "plain" },
  });
});

it("of several applications it has each, without their secrets", () => {
  const source = mkdtempSync(join(tmpdir(), "chat-"));
  writeFileSync(join(source, "package.json"), '{"main":"server.js"}');
  const several = validate({
    host: "203.0.113.7",
    applications: {
      api: { source: exampleBackend, port: 3000, handshakeToken: "never in it either" },
      chat: { source, name: "talk", port: 3100, handshake: "socket.io" },
    },
    routes: {
      "/ws": { websocket: true, application: "api" },
      "/chat": { websocket: true, application: "chat" },
    },
  });
  const text = JSON.stringify(operatedSettings(several));
  expect(text).not.toContain("never in it either");
  expect(text).not.toContain(source);
  const { applications } = readOperated(JSON.parse(text));
  expect(applications).toMatchObject({
    api: { websocketPath: "/ws", handshake: { preset: "example" } },
    chat: { backendName: "talk", websocketPath: "/chat", handshake: { preset: "socket.io" } },
  });
});
