import net from "node:net";
import type { Duplex } from "node:stream";
import { type AnyAuthMethod, Client } from "ssh2";
import type { Operation } from "../protocol/resource.ts";
import { attempt, credentials } from "./authentication.ts";
import type { Connection, Endpoint } from "./connection.ts";
import { handshakeError, socketError } from "./errors.ts";
import { type HostKey, parseHostKey, watchHostKey } from "./host-key.ts";
import { dialWithRetry } from "./retry.ts";

export interface Dialled {
  client: Client;
  /** Closes the connection, and the one to the jump host below it. */
  close(): void;
}

/** An endpoint with what was read for it once, before the first attempt. */
interface Target extends Endpoint {
  methods: AnyAuthMethod[];
  pinned: HostKey | undefined;
}

/** Connects to the host, through the jump host if there is one, each with its own retries. */
export async function dial(connection: Connection, operation: Operation): Promise<Dialled> {
  const target = await prepare(connection);
  if (connection.proxy) {
    return throughProxy(target, connection.proxy, operation).catch((error: Error) => {
      throw new Error(`proxy: ${error.message}`);
    });
  }
  const client = await dialWithRetry("Dial", target.dialErrorLimit, operation, () => dialOnce(target));
  return { client, close: () => client.end() };
}

async function prepare(endpoint: Endpoint): Promise<Target> {
  const pinned = endpoint.hostKey === undefined ? undefined : parseHostKey(endpoint.hostKey);
  return { ...endpoint, pinned, methods: await credentials(endpoint) };
}

async function throughProxy(target: Target, proxy: Endpoint, operation: Operation): Promise<Dialled> {
  const host = await prepare(proxy);
  const jump = await dialWithRetry("Dial proxy", host.dialErrorLimit, operation, () => dialOnce(host));
  try {
    // A stream that carried a failed handshake is spent, so both are made again at each attempt.
    const client = await dialWithRetry("Dial from proxy", target.dialErrorLimit, operation, async () =>
      handshake(target, await forward(jump, target)),
    );
    const close = () => {
      client.end();
      jump.end();
    };
    return { client, close };
  } catch (error) {
    jump.end();
    throw error;
  }
}

async function dialOnce(target: Target): Promise<Client> {
  return handshake(target, await connectSocket(target));
}

function connectSocket({ host, port, perDialTimeout }: Endpoint): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    // Keep-alive ends the wait for a host that went away without a word.
    const socket = net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
    const fail = (error: NodeJS.ErrnoException) => {
      socket.destroy();
      reject(socketError(error, host, port));
    };
    socket.once("error", fail);
    socket.setTimeout(perDialTimeout * 1000, () => fail(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    socket.once("connect", () => {
      socket.setTimeout(0).removeAllListeners("timeout").off("error", fail);
      resolve(socket);
    });
  });
}

function forward(jump: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, host, port, (error, stream) => {
      if (error) reject(new Error(`ssh: rejected: connect failed (${error.message})`));
      else resolve(stream);
    });
  });
}

async function handshake(target: Target, socket: Duplex): Promise<Client> {
  const hostKey = watchHostKey(target.pinned);
  const { next, attempted } = attempt(target.methods);
  const client = new Client();
  const ready = new Promise<Client>((resolve, reject) => {
    client.once("ready", () => resolve(client));
    // Stays for later errors too: they end the channel, which says so to whoever waits for it.
    client.on("error", (error) => reject(handshakeError(error, hostKey, attempted)));
    client.once("close", () => reject(new Error("ssh: handshake failed: EOF")));
  });
  client.connect({
    sock: socket,
    username: target.user,
    readyTimeout: target.perDialTimeout * 1000,
    hostVerifier: hostKey.verify,
    ...(target.pinned && { algorithms: { serverHostKey: target.pinned.algorithms } }),
    authHandler: next,
  });
  return ready.catch((error) => {
    client.destroy();
    throw error;
  });
}
