import { Config } from "@pulumi/pulumi";
import { WebSocketHost } from "geo-system";

const config = new Config();

const geo = new WebSocketHost("geo", {
  host: config.require("host"),
  hostKey: config.require("hostKey"),
  // Each is released, rolled back and diagnosed by its name: npx geo-system rollback --application chat
  applications: {
    api: { source: "api", port: 3000, secretEnvironment: { API_KEY: config.requireSecret("apiKey") } },
    chat: { source: "chat", port: 3100, handover: "at-once" },
  },
  // What nginx serves, path by path.
  routes: {
    "/ws": { websocket: true, application: "api" },
    "/api/": { application: "api" },
    "/chat": { websocket: true, application: "chat" },
    "/": { files: "page", fallback: "index.html" },
  },
});

export const { url, wssUrl, testUrls } = geo;
