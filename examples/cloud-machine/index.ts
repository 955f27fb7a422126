import { Server, SshKey } from "@pulumi/hcloud";
import { Config } from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls";
import { WebSocketHost } from "geo-system";

const config = new Config();

// The machine gets its host key from here, so that its first connection is to a known host already.
const hostKey = new PrivateKey("host-key", { algorithm: "ED25519" });
const userData = hostKey.privateKeyOpenssh.apply((key) =>
  [
    "#cloud-config",
    JSON.stringify({
      ssh_keys: { ed25519_private: key },
      users: [
        {
          name: "ubuntu",
          sudo: "ALL=(ALL) NOPASSWD:ALL",
          shell: "/bin/bash",
          ssh_authorized_keys: [config.require("sshKey")],
        },
      ],
    }),
  ].join("\n"),
);
const operator = new SshKey("operator", { publicKey: config.require("sshKey") });
const machine = new Server("machine", {
  serverType: "cx23",
  image: "ubuntu-24.04",
  sshKeys: [operator.id],
  userData,
});

// An `up` that made the machine lets it boot first.
const geo = new WebSocketHost("geo", {
  host: machine.ipv4Address,
  hostKey: hostKey.publicKeyOpenssh.apply((key) => key.trim()),
  backendSecretEnvironment: { TOKEN_SECRET: config.requireSecret("tokenSecret") },
});

export const { wssUrl, testUrl } = geo;
