import { expect, it } from "vitest";
import { among } from "../../../operate/target/among.ts";
import { applicationNames, readApplication } from "../../../operate/target/stack-configuration.ts";

const applications = { api: { source: "../api", port: 3000 }, chat: { source: "../chat", port: 3100 } };
const routes = {
  "/ws": { websocket: true, application: "api" },
  "/chat": { websocket: true, application: "chat", handshake: "plain" },
};
const values = {
  "geo-system:host": "203.0.113.7",
  "geo-system:applications": applications,
  "geo-system:routes": routes,
};

it("each application of a stack has its name under pm2 and its own paths", () => {
  expect(applicationNames(values)).toEqual(["api", "chat"]);
  expect(applicationNames({ "geo-system:host": "203.0.113.7" })).toEqual([]);
  expect(readApplication("chat", values).data).toMatchObject({
    ...{ host: "203.0.113.7", backendName: "geo-chat", backendSource: "../chat", websocketPath: "/chat" },
  });
  // As `pulumi config set KEY JSON` keeps them.
  const texts = {
    ...values,
    "geo-system:applications": JSON.stringify(applications),
    "geo-system:routes": JSON.stringify(routes),
  };
  expect(applicationNames(texts)).toEqual(["api", "chat"]);
  expect(readApplication("api", texts).data?.websocketPath).toBe("/ws");
});

it("each of them is meant, or the one that is named", () => {
  expect(among(["api", "chat"], undefined)).toEqual(["api", "chat"]);
  expect(among(["api", "chat"], "chat")).toEqual(["chat"]);
  expect(() => among(["api", "chat"], "web")).toThrow("--application: expected api or chat, found web");
});
