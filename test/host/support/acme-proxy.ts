import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server, request as secureRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverCertificate } from "../../../sandbox/host/acme/server-certificate.ts";
import type { SandboxCa } from "../../../sandbox/host/sandbox.ts";

/** What the proxy answers in the CA's place. */
interface Refusal {
  status: number;
  headers: Record<string, string>;
  problem: { type: string; detail: string };
}

/** Stands in front of a CA, and refuses new orders as a CA with rate limits does: Pebble has none. */
export class AcmeProxy implements AsyncDisposable {
  readonly directory: string;
  /** What a client must trust, PEM: the proxy, and what the CA issues. */
  readonly trustFile: string;
  /** Refuses new orders while it is set. */
  refusal: Refusal | undefined;
  /** New orders that were asked for. */
  orders = 0;
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, directory: string, folder: string) {
    this.#server = server;
    this.directory = directory;
    this.#folder = folder;
    this.trustFile = join(folder, "trust.pem");
  }

  /** @param address of this machine, as the host sees it */
  static async start(ca: SandboxCa, address: string): Promise<AcmeProxy> {
    const { certificate: cert, key } = await serverCertificate(address);
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = new AcmeProxy(
      server,
      `https://${address}:${port}/dir`,
      mkdtempSync(join(tmpdir(), "acme-proxy-")),
    );
    writeFileSync(proxy.trustFile, `${cert}\n${readFileSync(ca.trustFile, "utf8")}`);
    server.on("request", (asked, answer) => {
      const refusal = asked.url === "/order-plz" ? proxy.newOrder() : undefined;
      if (refusal) {
        asked.resume();
        answer.writeHead(refusal.status, { "content-type": "application/problem+json", ...refusal.headers });
        answer.end(JSON.stringify({ ...refusal.problem, status: refusal.status }));
      } else
        asked.pipe(
          proxy.ask(ca, asked, (said) => {
            answer.writeHead(said.statusCode ?? 502, said.headers);
            said.pipe(answer);
          }),
        );
    });
    return proxy;
  }

  private newOrder(): Refusal | undefined {
    this.orders += 1;
    return this.refusal;
  }

  /** With the name by which the client asked: the CA makes its URLs of it, and the client signs them. */
  private ask(ca: SandboxCa, asked: IncomingMessage, answered: (said: IncomingMessage) => void) {
    const { method, headers } = asked;
    const url = new URL(asked.url ?? "/", ca.directory);
    return secureRequest(url, { method, headers, ca: readFileSync(ca.caFile, "utf8") }, answered);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }
}
