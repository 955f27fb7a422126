import { once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";
import type { ServerMessage } from "../../src/messages.ts";

/** A window of an account, as a test sees it: what arrives is kept until it is asked for. */
export class TestClient {
  readonly socket: WebSocket;
  readonly #arrived: string[] = [];
  readonly #closed: Promise<{ code: number; reason: string }>;

  constructor(url: string, options?: ClientOptions) {
    this.socket = new WebSocket(url, options);
    this.socket.on("message", (data) => {
      this.#arrived.push(data.toString());
      this.socket.emit("kept");
    });
    this.#closed = new Promise((resolve) => {
      this.socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Code and reason of the close; waits for it. */
  get closed(): Promise<{ code: number; reason: string }> {
    return this.#closed;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  async nextText(): Promise<string> {
    while (this.#arrived.length === 0) {
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error("expected a message, found it closed");
      await Promise.race([once(this.socket, "kept"), this.#closed]);
    }
    return this.#arrived.shift() as string;
  }

  async next(): Promise<ServerMessage> {
    return JSON.parse(await this.nextText());
  }

  /** The next message of that type, whatever comes before it. */
  async nextOf<T extends ServerMessage["type"]>(type: T): Promise<Extract<ServerMessage, { type: T }>> {
    for (;;) {
      const message = await this.next();
      if (message.type === type) return message as Extract<ServerMessage, { type: T }>;
    }
  }

  /** What arrived and was not asked for, once everything sent before has been answered. */
  async others(): Promise<string[]> {
    this.send("ping");
    const others: string[] = [];
    for (;;) {
      const text = await this.nextText();
      if (text === "pong") return others;
      others.push(text);
    }
  }

  terminate(): void {
    this.socket.terminate();
  }
}

/** The HTTP status that a client got in place of the upgrade, and the text. */
export async function rejection(url: string, options?: ClientOptions): Promise<string> {
  const socket = new WebSocket(url, options);
  const [request, response] = await once(socket, "unexpected-response");
  const body = (await response.toArray()).join("");
  request.destroy();
  return `${response.statusCode} ${body.trim()}`;
}
