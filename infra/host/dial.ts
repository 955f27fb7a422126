import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import type { HostConnection, SshTarget } from "./connection.ts";
import { type Credentials, credentials, refusedLogin } from "./credentials.ts";
import { keyType, publicKeyOf } from "./public-key.ts";
import { forward, reach } from "./reach.ts";
import { address, changedHostKey, SshError } from "./ssh-error.ts";

/** A logged-in connection; `close` also ends the one to the jump host under it. */
export interface Dialled {
  client: Client;
  close(): Promise<void>;
}

export interface DialOptions {
  /** Milliseconds to reach a machine and to log in. */
  timeoutMs: number;
  /** The agent's socket; default: `SSH_AUTH_SOCK`. */
  agentSocket?: string | undefined;
  /** Leaves the process free to end; nothing is sent to keep the connection alive then. */
  background?: boolean | undefined;
}

/** Reaches the host, through its jump host where it has one, verifies the pinned key and logs in. */
export async function dial(connection: HostConnection, options: DialOptions): Promise<Dialled> {
  const proof = await credentials(connection, options.agentSocket);
  return dialWith(connection, proof, options);
}

async function dialWith(
  connection: HostConnection,
  proof: Credentials,
  options: DialOptions,
): Promise<Dialled> {
  const { jumpHost } = connection;
  const under = jumpHost && (await dialWith(jumpHost, proof, options));
  try {
    const socket = await (under ? forward(under.client, connection) : reach(connection, options.timeoutMs));
    const client = await logIn(socket, connection, proof, options);
    if (options.background && socket instanceof Socket) socket.unref();
    const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
    const close = async () => {
      client.end();
      await ended; // Long fulfilled where the connection was lost.
      await under?.close();
    };
    return { client, close };
  } catch (error) {
    await under?.close();
    throw error;
  }
}

function logIn(sock: Duplex, target: SshTarget, proof: Credentials, options: DialOptions): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let shown: string | undefined;
    const hostVerifier = (blob: Buffer) => {
      shown = publicKeyOf(blob);
      return shown === target.hostKey;
    };
    const fail = (error: Error & { level?: string }) => {
      client.removeAllListeners("close").end();
      sock.destroy();
      const changed = shown !== undefined && shown !== target.hostKey;
      reject(
        changed ? changedHostKey(target, shown as string) : explain(error, target, proof, options.timeoutMs),
      );
    };
    client.once("error", fail);
    client.once("close", () => fail(new Error("the connection was closed during the login")));
    client.once("ready", () => resolve(client.removeAllListeners("close").removeListener("error", fail)));
    client.on("error", () => {}); // A later error also closes the connection, and the session reports that.
    client.connect({ ...settings(target, proof, options), sock, hostVerifier });
  });
}

function settings(
  target: SshTarget,
  proof: Credentials,
  { timeoutMs, background }: DialOptions,
): ConnectConfig {
  return {
    ...proof.config,
    username: target.user,
    readyTimeout: timeoutMs,
    // Its timer would keep the process alive.
    keepaliveInterval: background ? 0 : 10_000,
    keepaliveCountMax: 3,
    // A host has a key of every kind; it is to show the kind that was pinned.
    algorithms: { serverHostKey: [keyType(target.hostKey)] as never },
  };
}

function explain(
  error: Error & { level?: string },
  target: SshTarget,
  proof: Credentials,
  timeoutMs: number,
) {
  const where = address(target);
  if (error.level === "client-authentication" || /authentication failures/i.test(error.message)) {
    return refusedLogin(target, proof);
  }
  if (/no matching host key/i.test(error.message)) {
    return new SshError(
      "host key",
      `${where} has no ${keyType(target.hostKey)} key, and that is the pinned one`,
      `See what it has: ssh-keyscan -p ${target.port} ${target.host}`,
    );
  }
  if (error.level === "client-timeout") {
    return new SshError(
      "ssh",
      `${where} took the connection, but SSH did not answer within ${timeoutMs / 1000} s`,
      "The host is overloaded, or something else listens there: look at it on its console",
    );
  }
  return new SshError(
    "ssh",
    `SSH to ${where} failed: ${error.message}`,
    `Try: nc ${target.host} ${target.port}, which must show SSH-2.0-…`,
  );
}
