import type { WebSocket } from "ws";
import { type Opening, openWebSocket } from "./open.ts";
import { type Seen, Stopped } from "./seen.ts";
import type { Json } from "./values.ts";

/** Looks at a message; `undefined` passes it over. */
type Picker<T> = (text: string) => T | undefined;

/** What arrived and nobody asked for yet; `wake` makes the one who waits look again. */
interface Inbox {
  messages: string[];
  wake: () => void;
}

/** An open connection that keeps what arrives until somebody asks for it. */
export class Client {
  readonly #socket: WebSocket;
  readonly #url: string;
  readonly #inbox: Inbox;
  readonly #opened = performance.now();
  #closed: Pick<Seen, "closeCode" | "closeReason" | "message"> | undefined;

  static async open(opening: Opening): Promise<Client> {
    const inbox: Inbox = { messages: [], wake: () => {} };
    const socket = await openWebSocket(opening, (text) => {
      inbox.messages.push(text);
      inbox.wake();
    });
    return new Client(socket, opening.url.href, inbox);
  }

  private constructor(socket: WebSocket, url: string, inbox: Inbox) {
    this.#socket = socket;
    this.#url = url;
    this.#inbox = inbox;
    let broken: { message?: string } = {};
    socket.on("error", ({ message }) => {
      broken = { message };
    });
    socket.on("close", (closeCode, reason) => {
      this.#closed = { closeCode, closeReason: reason.toString(), ...broken };
      inbox.wake();
    });
  }

  /** An object as JSON, a text as it is. Nothing is sent on a connection that has ended. */
  send(message: Json): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The first message, already here or still to come, that the picker wants. Others stay for later. */
  receive<T>(pick: Picker<T>, withinMs: number): Promise<T> {
    return this.#until(withinMs, () => {
      for (const [i, text] of this.#inbox.messages.entries()) {
        const picked = pick(text);
        if (picked === undefined) continue;
        this.#inbox.messages.splice(i, 1);
        return picked;
      }
      if (this.#closed) throw this.#stopped(this.#closed);
      return undefined;
    });
  }

  /** Closes with 1000 and waits for the other side to do so. */
  async close(withinMs: number): Promise<void> {
    const before = this.#closed;
    if (before) throw this.#stopped(before);
    this.#socket.close(1000);
    const { closeCode } = await this.#until(withinMs, () => this.#closed);
    // 1005: it answered the close without repeating the code, which is as clean.
    if (closeCode !== 1000 && closeCode !== 1005) throw this.#stopped(this.#closed);
  }

  /** Lets what was sent go out, and ends the connection; nobody waits for it. */
  leave(): void {
    this.#socket.close(1000);
    setTimeout(() => this.#socket.terminate(), 1_000).unref();
  }

  async #until<T>(withinMs: number, look: () => T | undefined): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        timer = setTimeout(() => reject(this.#stopped({ waitedMs: withinMs })), withinMs);
        this.#inbox.wake = () => {
          try {
            const seen = look();
            if (seen !== undefined) resolve(seen);
          } catch (error) {
            reject(error);
          }
        };
        this.#inbox.wake();
      });
    } finally {
      clearTimeout(timer);
      this.#inbox.wake = () => {};
    }
  }

  #stopped(seen: Partial<Seen> | undefined): Stopped {
    const openMs = performance.now() - this.#opened;
    return new Stopped({ url: this.#url, openMs, received: this.#inbox.messages.slice(-3), ...seen });
  }
}
