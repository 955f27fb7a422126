import { Config } from "@pulumi/pulumi";
import { WebSocketHost } from "geo-system";

const config = new Config();

// pulumi config set host 203.0.113.7
// pulumi config set hostKey "$(ssh-keyscan -t ed25519 203.0.113.7 | cut -d ' ' -f 2-)"   once its fingerprint is checked
// pulumi config set --secret tokenSecret "$(openssl rand -hex 32)"
const geo = new WebSocketHost("geo", {
  host: config.require("host"),
  hostKey: config.require("hostKey"),
  backendSecretEnvironment: { TOKEN_SECRET: config.requireSecret("tokenSecret") },
});

export const { url, wssUrl, testUrl, release } = geo;
