import { type RawData, WebSocket } from "ws";
import type { Log } from "./log.ts";
import type { ServerMessage } from "./messages.ts";

export interface ChannelEvents {
  text(text: string): void;
  closed(code: number): void;
}

/** The socket of one client, with its bounds: text only, no slow reader, no dead peer. */
export class Channel {
  /** For the log. */
  client = "an unknown user";
  readonly #socket: WebSocket;
  readonly #maxBufferedBytes: number;
  readonly #log: Log;
  #heard = true;
  #deaf = false;

  constructor(socket: WebSocket, maxBufferedBytes: number, log: Log) {
    this.#socket = socket;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#log = log;
  }

  listen({ text, closed }: ChannelEvents): void {
    this.#socket
      .on("message", (data, isBinary) => this.#receive(data, isBinary, text))
      .on("pong", () => this.#hear())
      .on("error", (error) => this.#say(`Connection of ${this.client} failed: ${error.message}`))
      .on("close", closed);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** A client that does not read is dropped before what waits for it fills the memory. */
  send(message: ServerMessage | "pong"): void {
    if (!this.isOpen) return;
    if (this.#socket.bufferedAmount > this.#maxBufferedBytes) this.#drop("it reads too slowly");
    else this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Asks whether the client is still there; drops it when nothing was heard since the last time. */
  beat(): void {
    if (!this.#heard) this.#drop("no answer to the heartbeat");
    else this.#socket.ping();
    this.#heard = false;
  }

  /** What arrives from now on is left unread. */
  ignoreMessages(): void {
    this.#deaf = true;
  }

  /** Says why, and closes; only the first reason counts. */
  refuse(code: number, reason: string): void {
    if (this.#deaf) return;
    this.#say(`Closing the connection of ${this.client}: ${reason}`);
    this.close(code, reason);
  }

  close(code: number, reason: string): void {
    this.ignoreMessages();
    this.#socket.close(code, reason);
  }

  /** Ends it without the client, who was asked to close and did not. */
  cutOff(): void {
    this.#say(`Cutting off the connection of ${this.client}: it did not answer the close`);
    this.#socket.terminate();
  }

  async gone(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await new Promise((resolve) => this.#socket.once("close", resolve));
  }

  #receive(data: RawData, isBinary: boolean, text: (text: string) => void): void {
    this.#hear();
    if (this.#deaf) return;
    if (isBinary) this.refuse(1003, "expected text");
    else text(data.toString());
  }

  #hear(): void {
    this.#heard = true;
  }

  #drop(reason: string): void {
    this.#say(`Dropping the connection of ${this.client}: ${reason}`);
    this.#socket.terminate();
  }

  #say(line: string): void {
    this.#log.info(`[WebSocket] ${line}`);
  }
}
