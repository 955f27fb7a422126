/** A token bucket: `burst` messages at once, then `perSecond`. */
export class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #level: number;
  #filledAt: number;

  constructor(perSecond: number, now = performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = 2 * perSecond;
    this.#level = this.#burst;
    this.#filledAt = now;
  }

  /** False when there was one message too many. `now` in milliseconds. */
  take(now = performance.now()): boolean {
    this.#fill(now);
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  isFull(now = performance.now()): boolean {
    this.#fill(now);
    return this.#level >= this.#burst;
  }

  #fill(now: number): void {
    const gained = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#level = Math.min(this.#burst, this.#level + gained);
    this.#filledAt = now;
  }
}

/** One bucket for all windows of a user, which outlives them: a reconnect does not fill it. */
export class Rates {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** For a connection whose user is not known yet. */
  ofNobody(): Bucket {
    return new Bucket(this.#perSecond);
  }

  of(userId: string): Bucket {
    const bucket = this.#buckets.get(userId) ?? new Bucket(this.#perSecond);
    this.#buckets.set(userId, bucket);
    return bucket;
  }

  /** Forgets full buckets: a new one would be the same. */
  sweep(): void {
    for (const [userId, bucket] of this.#buckets) if (bucket.isFull()) this.#buckets.delete(userId);
  }
}
