import { randomBytes } from "node:crypto";
import type { WebSocket } from "ws";
import { type Frame, type Sent, shownFrame } from "./frame.ts";
import { type Opening, openWebSocket } from "./open.ts";
import { type Seen, Stopped } from "./seen.ts";

/** Looks at a message; `undefined` passes it over. */
export type Picker<T> = (frame: Frame) => T | undefined;

/** Answers a message by itself, such as a protocol's ping; `undefined` leaves the message to the one who waits. */
export type Reply = (frame: Frame) => Sent | undefined;

/** What arrived and was not read yet; `wake` makes the waiting reader check again. */
interface Inbox {
  frames: Frame[];
  wake: () => void;
  arrived: (frame: Frame) => void;
}

/** How long a connection that is left may take to close before it is cut. */
const lastWordMs = 3_000;

/** An open connection that keeps what arrives until it is asked for. */
export class Client {
  readonly #socket: WebSocket;
  readonly #url: string;
  readonly #inbox: Inbox;
  readonly #opened = performance.now();
  readonly #pongs = new Set<string>();
  #closed: Pick<Seen, "closeCode" | "closeReason" | "message"> | undefined;

  static async open(opening: Opening): Promise<Client> {
    const frames: Frame[] = [];
    const inbox: Inbox = { frames, wake: () => {}, arrived: (frame) => frames.push(frame) };
    const socket = await openWebSocket(opening, (frame) => {
      inbox.arrived(frame);
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
    socket.on("pong", (data) => {
      this.#pongs.add(data.toString("hex"));
      inbox.wake();
    });
    socket.on("close", (closeCode, reason) => {
      this.#closed = { closeCode, closeReason: reason.toString(), ...broken };
      inbox.wake();
    });
  }

  /** The subprotocol that the server chose; empty where it chose none. */
  get subprotocol(): string {
    return this.#socket.protocol;
  }

  /** Nothing is sent on a connection that has ended. */
  send(message: Sent): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(message);
  }

  /** From now on, and for what has arrived already. */
  answerWith(reply: Reply): void {
    const { frames } = this.#inbox;
    this.#inbox.arrived = (frame) => {
      const answer = reply(frame);
      if (answer === undefined) frames.push(frame);
      else this.send(answer);
    };
    for (const frame of frames.splice(0)) this.#inbox.arrived(frame);
  }

  /** The first message, already here or still to come, that the picker wants. Others stay for later. */
  receive<T>(pick: Picker<T>, withinMs: number): Promise<T> {
    const { frames } = this.#inbox;
    return this.#until(withinMs, () => {
      for (const [i, frame] of frames.entries()) {
        const picked = pick(frame);
        if (picked === undefined) continue;
        frames.splice(i, 1);
        return picked;
      }
      if (this.#closed) throw this.#stopped(this.#closed);
      return undefined;
    });
  }

  /** A ping frame, which every WebSocket endpoint answers with a pong frame (RFC 6455, 5.5.2). */
  async pingFrame(withinMs: number): Promise<void> {
    const data = randomBytes(4);
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(data);
    await this.#until(withinMs, () => {
      if (this.#pongs.delete(data.toString("hex"))) return true;
      if (this.#closed) throw this.#stopped(this.#closed);
      return undefined;
    }).catch((error) => {
      if (error instanceof Stopped) error.seen.expected = "a pong frame";
      throw error;
    });
  }

  /** Passes over what comes until the time is up; fails at once where the connection ends. */
  async stay(ms: number): Promise<void> {
    try {
      await this.#until(Math.max(1, ms), () => {
        this.#inbox.frames.length = 0;
        if (this.#closed) throw this.#stopped(this.#closed);
        return undefined;
      });
    } catch (error) {
      if (!(error instanceof Stopped) || error.seen.waitedMs === undefined) throw error;
    }
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

  /**
   * Lets what was sent go out and closes as RFC 6455 asks: what the other side still sends is read until it has closed.
   * Only one that does not answer the close is cut.
   */
  async leave(withinMs = lastWordMs): Promise<void> {
    if (this.#closed) return;
    this.#socket.close(1000);
    const timer = setTimeout(() => this.#socket.terminate(), withinMs);
    await new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    clearTimeout(timer);
  }

  async #until<T>(withinMs: number, look: () => T | undefined): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        timer = setTimeout(() => reject(this.#stopped({ waitedMs: withinMs })), withinMs);
        this.#inbox.wake = () => {
          try {
            const seen = look();
            if (seen === undefined) return;
            // What comes in the same moment belongs to the next one who waits.
            this.#inbox.wake = () => {};
            resolve(seen);
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
    const received = this.#inbox.frames.slice(-3).map(shownFrame);
    return new Stopped({ url: this.#url, openMs, received, ...seen });
  }
}
