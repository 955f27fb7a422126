import type { Account, Window } from "./account.ts";
import type { Bucket } from "./limits.ts";
import type { Services } from "./services.ts";
import type { Identity, User } from "./tokens.ts";

/** A connection whose user is known: it counts for him, and receives the changes of his topics. */
export class Member {
  readonly #services: Services;
  readonly #user: User;
  #expiresAt: number;
  #account: Account | undefined;
  #acquired = false;
  #subscribed = false;

  constructor(services: Services, { user, expiresAt }: Identity) {
    this.#services = services;
    this.#user = user;
    this.#expiresAt = expiresAt;
    services.connections.join(user.id);
    this.#log(`User ${user.name} (ID: ${user.id}) authenticated`);
  }

  get id(): string {
    return this.#user.id;
  }

  /** The limit that all windows of the user share. */
  get rate(): Bucket {
    return this.#services.rates.of(this.id);
  }

  get account(): Account {
    if (!this.#account) throw new Error(`user ${this.id} is not subscribed yet`);
    return this.#account;
  }

  /** Sends the window its topics, and every change until `leave`. */
  async subscribe(window: Window): Promise<void> {
    const { accounts, connections } = this.#services;
    this.#acquired = true;
    this.#account = await accounts.acquire(this.id);
    await this.#account.enter(window);
    this.#subscribed = true;
    connections.subscribed += 1;
    this.#log(`User ${this.id} subscribed. Total connections: ${connections.subscribed}`);
  }

  received(type: string): void {
    this.#log(`Received message from user ${this.id}: ${type}`);
  }

  /** A newer token lets the connection live longer. */
  extend(expiresAt: number): void {
    this.#expiresAt = expiresAt;
  }

  isExpired(now: number): boolean {
    return this.#expiresAt <= now;
  }

  async leave(window: Window, code: number): Promise<void> {
    const { accounts, connections } = this.#services;
    connections.part(this.id);
    this.#account?.leave(window);
    if (this.#subscribed) connections.subscribed -= 1;
    this.#log(`User ${this.id} disconnected (code ${code}). Total connections: ${connections.subscribed}`);
    if (this.#acquired) await accounts.release(this.id);
  }

  #log(line: string): void {
    this.#services.log.info(`[WebSocket] ${line}`);
  }
}
