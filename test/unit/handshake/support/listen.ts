import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { Worker } from "node:worker_threads";
import type { ServerCertificate } from "./certificate.ts";

/** A server of a test, on loopback; ends with the test. */
export interface Listening extends AsyncDisposable {
  port: number;
}

/** Listens on a free port of loopback. On disposal open connections are cut. */
export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A plain or, with a certificate, a TLS server for HTTP. */
export function httpServer(certificate?: ServerCertificate): HttpServer {
  return certificate ? createHttpsServer(certificate) : createHttpServer();
}

/** A port where nothing listens. */
export async function closedPort(): Promise<number> {
  await using server = await listen(createHttpServer());
  return server.port;
}

/** A thread that listens and then sleeps: the kernel takes the first connections, and drops what comes after. */
const sleeper = `
  const { createServer } = require("node:net");
  const { parentPort } = require("node:worker_threads");
  const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/** A port that takes two connections, answers nothing, and drops the packets of every further one. */
export async function sleepingPort(): Promise<Listening> {
  const worker = new Worker(sleeper, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  return {
    port,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
