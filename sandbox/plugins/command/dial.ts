import net from "node:net";
import type { Duplex } from "node:stream";
import { type AuthHandlerMiddleware, Client } from "ssh2";
import type { Operation } from "../protocol/resource.ts";
import { authentication } from "./authentication.ts";
import { type Connection, dialWithRetry, type Endpoint } from "./connection.ts";
import { handshakeError, socketError } from "./errors.ts";
import { hostKeyCheck } from "./host-key.ts";

export interface Dialled {
  client: Client;
  /** Closes the connection, and the one to the jump host below it. */
  close(): void;
}

/** Connects to the host, through the jump host if there is one, each with its own retries. */
export async function dial(connection: Connection, operation: Operation): Promise<Dialled> {
  const limit = connection.dialErrorLimit;
  await authentication(connection);
  const { proxy } = connection;
  if (!proxy) {
    const client = await dialWithRetry("Dial", limit, operation, () => dialOnce(connection));
    return { client, close: () => client.end() };
  }
  return throughProxy(connection, proxy, operation).catch((error: Error) => {
    throw new Error(`proxy: ${error.message}`);
  });
}

async function throughProxy(target: Connection, proxy: Endpoint, operation: Operation): Promise<Dialled> {
  const jump = await dialWithRetry("Dial proxy", proxy.dialErrorLimit, operation, () => dialOnce(proxy));
  try {
    // A stream that carried a failed handshake is spent, so both are made anew at each attempt.
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

async function dialOnce(endpoint: Endpoint): Promise<Client> {
  return handshake(endpoint, await connectSocket(endpoint));
}

function connectSocket({ host, port, perDialTimeout }: Endpoint): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true });
    const fail = (error: NodeJS.ErrnoException) => {
      socket.destroy();
      reject(socketError(error, host, port));
    };
    socket.once("error", fail);
    socket.setTimeout(perDialTimeout * 1000, () => fail(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", fail);
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

async function handshake(endpoint: Endpoint, socket: Duplex): Promise<Client> {
  const pinned = hostKeyCheck(endpoint.hostKey);
  const methods = await authentication(endpoint);
  const client = new Client();
  const ready = new Promise<Client>((resolve, reject) => {
    client.once("ready", () => resolve(client));
    client.on("error", (error) => reject(handshakeError(error, { pinned, methods })));
    client.once("close", () => reject(new Error("ssh: handshake failed: EOF")));
  });
  client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) => {
    finish(prompts.map(() => endpoint.password ?? ""));
  });
  client.connect({
    sock: socket,
    username: endpoint.user,
    readyTimeout: endpoint.perDialTimeout * 1000,
    hostVerifier: pinned.verify,
    ...(pinned.algorithms && { algorithms: { serverHostKey: pinned.algorithms } }),
    // Its types leave out `false`, which says that there is nothing left to try.
    authHandler: methods.next as AuthHandlerMiddleware,
  });
  return ready.catch((error) => {
    client.destroy();
    throw error;
  });
}
