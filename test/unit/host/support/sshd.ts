import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import type { SshTarget } from "../../../../infra/host/connection.ts";
import { publicKey } from "../../../../infra/host/public-key.ts";

export interface KeyPair {
  /** OpenSSH's private form. */
  private: string;
  /** `ssh-ed25519 AAAA…`. */
  public: string;
}

/** A key of a test. Called within ssh2, which knows RSA and ECDSA too. */
export function newKey(type: "ed25519" | "ecdsa" | "rsa" = "ed25519", passphrase?: string): KeyPair {
  const options = {
    ...(type === "ecdsa" && { bits: 256 }),
    ...(type === "rsa" && { bits: 2048 }),
    ...(passphrase && { passphrase, cipher: "aes256-ctr", rounds: 1 }),
  };
  const pair = ssh2.utils.generateKeyPairSync(type, options as never);
  // Of 3,000 ed25519 keys that ssh2 1.17.0 made it could not read 13 itself.
  if (ssh2.utils.parseKey(pair.private, passphrase) instanceof Error) return newKey(type, passphrase);
  return { private: pair.private, public: publicKey(pair.public) };
}

export interface SshdOptions {
  hostKeys?: KeyPair[];
  /** Public keys that may log in; default: none. */
  authorized?: string[];
  /** Answers a command: writes to the channel, and ends it. */
  onCommand?: (
    command: string,
    channel: ServerChannel,
    input: () => Promise<string>,
    client: Connection,
  ) => void;
  /** What becomes of a forwarded connection; default: it is forwarded. */
  forwarding?: boolean;
}

export interface Sshd extends AsyncDisposable {
  /** As the operator pins it. */
  target: SshTarget;
  logins: string[];
}

/** An SSH server in this process, on loopback. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const { hostKeys = [newKey()], authorized = [], forwarding = true } = options;
  const logins: string[] = [];
  const clients = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: hostKeys.map((key) => key.private) }, (client) => {
    clients.add(client);
    (client as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true); // Missing in its types.
    client.on("error", () => {}).on("close", () => clients.delete(client));
    client.on("authentication", (context) => {
      if (context.method !== "publickey") return context.reject(["publickey"]);
      const key = `${context.key.algo} ${context.key.data.toString("base64")}`;
      if (!authorized.includes(key)) return context.reject(["publickey"]);
      if (context.signature) logins.push(`${context.username} ${context.key.algo}`);
      context.accept();
    });
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        options.onCommand?.(command, channel, () => text(channel), client);
      });
    });
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      if (!forwarding) return reject();
      const out = connect(destPort, destIP);
      out.once("error", () => reject());
      out.once("connect", () => {
        const channel = accept();
        channel.on("error", () => {});
        out.on("error", () => {});
        channel.pipe(out).pipe(channel);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    target: { host: "127.0.0.1", port, user: "ubuntu", hostKey: (hostKeys[0] as KeyPair).public },
    logins,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Not by `for await`, which would close the channel at the end of the input. */
function text(channel: ServerChannel): Promise<string> {
  let all = "";
  channel.setEncoding("utf8").on("data", (chunk: string) => {
    all += chunk;
  });
  return new Promise((resolve) => channel.once("end", () => resolve(all)));
}
