import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { opensshPublicKey } from "../../sandbox/plugins/protocol/openssh.ts";
import { type Properties, Secret } from "../../sandbox/plugins/protocol/values.ts";
import { Plugin } from "./support/plugin.ts";
import { freePort, SshHost } from "./support/ssh-host.ts";

let host: SshHost;
let jump: SshHost;
let plugin: Plugin;
let base: Properties;

beforeAll(async () => {
  [host, jump] = await Promise.all([SshHost.start(), SshHost.start()]);
  plugin = await Plugin.start("command");
  base = {
    host: "127.0.0.1",
    port: host.port,
    user: host.user,
    dialErrorLimit: 0,
    agentSocketPath: host.agent,
  };
});

afterAll(async () => {
  await plugin?.[Symbol.asyncDispose]();
  await Promise.all([host?.[Symbol.asyncDispose](), jump?.[Symbol.asyncDispose]()]);
});

const connect = async (connection: Properties) => {
  const { state } = await plugin.create("command:remote:Command", {
    connection: { ...base, ...connection },
    create: "echo $SSH_CONNECTION",
  });
  return state.stdout;
};

/** Only this key, no agent. */
const withKey = (privateKey: string, more: Properties = {}) => {
  const { agentSocketPath: _, ...rest } = base;
  const connection = { ...rest, privateKey: new Secret(privateKey), ...more };
  return plugin.create("command:remote:Command", { connection, create: "true" });
};

describe("the pinned host key", () => {
  it("lets in the host that shows it", async () => {
    expect(await connect({ hostKey: await host.read("ed25519.pub") })).toContain(`127.0.0.1 ${host.port}`);
  });

  it("may not be an RSA key, which is asked for in a form that a present sshd does not have", async () => {
    await expect(connect({ hostKey: await host.read("rsa.pub") })).rejects.toThrow(
      /no common algorithm for host key/,
    );
  });

  it("keeps out a host that shows another", async () => {
    const dialling = connect({ hostKey: await host.read("other.pub") });
    await expect(dialling).rejects.toThrow(
      /after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch/,
    );
  });

  it("must be a key", async () => {
    await expect(connect({ hostKey: "ssh-ed25519 nonsense" })).rejects.toThrow(/host key/);
  });

  it("can be left out, and then any host will do", async () => {
    expect(await connect({})).toContain("127.0.0.1");
  });
});

describe("the login", () => {
  it("takes the agent of the environment where the connection names none", async () => {
    await using own = await Plugin.start("command", { SSH_AUTH_SOCK: host.agent });
    const { agentSocketPath: _, ...connection } = base;
    const { state } = await own.create("command:remote:Command", { connection, create: "echo in" });
    expect(state.stdout).toBe("in");
  });

  it("takes a private key in OpenSSH's form", async () => {
    await withKey(await host.read("user"));
  });

  it("takes private keys in the forms of OpenSSL", async () => {
    const { privateKey: rsa } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { privateKey: ed25519 } = generateKeyPairSync("ed25519");
    const { privateKey: ec } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (const key of [rsa, ed25519, ec])
      await appendFile(host.path("user.pub"), `${opensshPublicKey(key)}\n`);
    await withKey(rsa.export({ type: "pkcs1", format: "pem" }).toString());
    await withKey(ec.export({ type: "sec1", format: "pem" }).toString());
    for (const key of [rsa, ed25519, ec])
      await withKey(key.export({ type: "pkcs8", format: "pem" }).toString());
  });

  it("takes an encrypted private key with its password", async () => {
    const key = createPrivateKey(
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
    );
    await appendFile(host.path("user.pub"), `${opensshPublicKey(key)}\n`);
    const locked = key
      .export({ type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "open" })
      .toString();
    await withKey(locked, { privateKeyPassword: new Secret("open") });
    await expect(withKey(locked, { privateKeyPassword: "wrong" })).rejects.toThrow(
      "decryption password incorrect",
    );
    await expect(withKey(locked)).rejects.toThrow("ssh: this private key is passphrase protected");
  });

  it("fails at once if the private key is not one", async () => {
    await expect(withKey("nonsense")).rejects.toThrow(/^ssh: no key found$/);
  });

  it("fails with what was tried if the host knows none of the keys", async () => {
    await expect(withKey(await host.read("other"))).rejects.toThrow(
      "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    );
  });

  it("fails at once if there is no agent where there should be one", async () => {
    const dialling = connect({ agentSocketPath: host.path("nothing"), dialErrorLimit: 10 });
    await expect(dialling).rejects.toThrow(/^dial unix .*nothing: connect: no such file or directory$/);
  });
});

describe("a jump host", () => {
  it("carries the connection", async () => {
    const proxy = { host: "127.0.0.1", port: jump.port, user: jump.user, agentSocketPath: jump.agent };
    const hostKey = await jump.read("ed25519.pub");
    expect(await connect({ proxy: { ...proxy, hostKey } })).toContain(`127.0.0.1 ${host.port}`);
  });

  it("is named in the error if it cannot be reached", async () => {
    const proxy = { host: "127.0.0.1", port: await freePort(), user: jump.user, dialErrorLimit: 0 };
    await expect(connect({ proxy })).rejects.toThrow(
      /^proxy: after 0 failed attempts: dial tcp .*connection refused$/,
    );
  });

  it("is verified as well", async () => {
    const proxy = {
      host: "127.0.0.1",
      port: jump.port,
      user: jump.user,
      dialErrorLimit: 0,
      agentSocketPath: jump.agent,
    };
    const hostKey = await jump.read("other.pub");
    await expect(connect({ proxy: { ...proxy, hostKey } })).rejects.toThrow(/^proxy: .*host key mismatch$/);
  });
});
