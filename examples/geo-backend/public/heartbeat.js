const interval = 20_000;
const patience = 10_000;

/** Pings now and then, measures the round trip, and notices when no answer comes. */
export class Heartbeat {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #sentAt = 0;
  #ping;
  #lost;

  /**
   * @param {() => void} ping sends one
   * @param {() => void} lost called when no answer came in time
   */
  constructor(ping, lost) {
    this.#ping = ping;
    this.#lost = lost;
  }

  start() {
    clearTimeout(this.#timer);
    this.#sentAt = performance.now();
    this.#ping();
    this.#timer = setTimeout(this.#lost, patience);
  }

  /** Milliseconds since the ping that is answered here. */
  answered() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.start(), interval);
    return performance.now() - this.#sentAt;
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
