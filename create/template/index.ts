import { Config } from "@pulumi/pulumi";
import { WebSocketHost } from "geo-system";

// `pulumi config set KEY VALUE`. Every argument: https://www.npmjs.com/package/geo-system
const config = new Config();
const tls = config.get<"self-signed" | "acme" | "off">("tls");

const geo = new WebSocketHost("geo", {
  host: config.require("host"),
  hostKey: config.get("hostKey"),
  user: config.get("user"),
  tls,
  acmeTermsAgreed: tls === "acme",
  backendSource: config.get("backendSource") || undefined,
  backendSecretEnvironment: config.getSecretObject("backendSecretEnvironment") ?? {},
});

export const { url, wsUrl, wssUrl, testUrl, release, commands } = geo;
