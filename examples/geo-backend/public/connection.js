import { delayAfter } from "./delay.js";
import { Heartbeat } from "./heartbeat.js";

/**
 * @typedef {{ id: string, title: string, createdAt: string }} Topic
 * @typedef {{ type: string, code?: string, message?: string, user?: { name: string }, topics?: Topic[],
 *   topic?: Topic, id?: string }} Message
 * @typedef {{ name: "connecting" } | { name: "connected", roundTrip?: number } | { name: "closed" }
 *   | { name: "waiting", milliseconds: number, failures: number, code: number }
 *   | { name: "refused", reason: string }} State
 */

/** A server that stays silent for so long while the connection opens is not there. */
const openingTimeout = 10_000;
/** A connection that lasted so long counts as good: the next failure is the first again. */
const goodAfter = 5_000;

/** One connection to the backend, opened again for ever: only a token that is refused, or `close`, ends it. */
export class Connection {
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  #heartbeat = new Heartbeat(
    () => this.send({ type: "ping" }),
    () => this.#lost(4000),
  );

  /**
   * @param {{ url: string, token: string, onState: (state: State) => void, onMessage: (message: Message) => void,
   *   random?: () => number }} options
   */
  constructor({ url, token, onState, onMessage, random = Math.random }) {
    this.url = url;
    this.token = token;
    this.onState = onState;
    this.onMessage = onMessage;
    this.random = random;
  }

  /** Connects now, whether it was waiting or not. */
  open() {
    this.#leave();
    this.onState({ name: "connecting" });
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(4001), openingTimeout);
    const current = (/** @type {() => void} */ job) => this.#socket === socket && job();
    socket.addEventListener("open", () => current(() => this.send({ type: "auth", token: this.token })));
    socket.addEventListener("message", ({ data }) => current(() => this.#receive(JSON.parse(data))));
    socket.addEventListener("close", ({ code }) => current(() => this.#lost(code)));
  }

  /** @param {object} message */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#leave();
    this.onState({ name: "closed" });
  }

  /** @param {Message} message */
  #receive(message) {
    if (message.type === "error" && message.code === "unauthorized")
      return this.#refused(message.message ?? "");
    if (message.type === "pong") return this.#connected(this.#heartbeat.answered());
    if (message.type === "subscribed") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#failures = 0;
      }, goodAfter);
      this.#connected();
      this.#heartbeat.start();
    }
    this.onMessage(message);
  }

  /** @param {number} [roundTrip] */
  #connected(roundTrip) {
    this.onState({ name: "connected", ...(roundTrip !== undefined && { roundTrip }) });
  }

  /** Trying a bad token again would not make it better. @param {string} reason */
  #refused(reason) {
    this.#leave();
    this.onState({ name: "refused", reason });
  }

  /** @param {number} code */
  #lost(code) {
    this.#leave();
    this.#failures += 1;
    const milliseconds = delayAfter(this.#failures, this.random);
    this.#timer = setTimeout(() => this.open(), milliseconds);
    this.onState({ name: "waiting", milliseconds, failures: this.#failures, code });
  }

  /** Lets go of the socket. While it is still connecting, Chromium says so in the console; that is harmless. */
  #leave() {
    clearTimeout(this.#timer);
    this.#heartbeat.stop();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}
