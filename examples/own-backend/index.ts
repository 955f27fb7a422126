import { Config } from "@pulumi/pulumi";
import { WebSocketHost } from "geo-system";

const config = new Config();

const geo = new WebSocketHost("geo", {
  host: config.require("host"),
  hostKey: config.require("hostKey"),
  // The backend's folder as it stands in its repository: what its package.json and lock file say is installed and started.
  backendSource: "backend",
  backendEnvironment: { GREETING: "hello" },
  backendSecretEnvironment: { API_KEY: config.requireSecret("apiKey") },
  // Uploads outlive a release.
  backendShared: ["uploads"],
  // What a client says after it is connected, and what the backend must answer, before a release meets its first user.
  handshake: {
    steps: [
      { name: "welcome", expect: { type: "welcome", greeting: "hello" } },
      { name: "ping", send: { type: "ping" }, expect: { type: "pong" } },
    ],
  },
});

export const { wssUrl, testUrl, release } = geo;
