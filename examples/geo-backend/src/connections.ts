import type { Duplex } from "node:stream";
import type { Session } from "./session.ts";

export interface ConnectionLimits {
  maxConnections: number;
  maxConnectionsPerUser: number;
}

/** Who is connected, and whether one more may be. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #sockets = new Set<Duplex>();
  readonly #sessions = new Set<Session>();
  readonly #perUser = new Map<string, number>();
  #accepting = true;
  /** Connections that are authenticated and receive changes. */
  subscribed = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get accepting(): boolean {
    return this.#accepting;
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions;
  }

  stopAccepting(): void {
    this.#accepting = false;
  }

  /** Takes a place for a socket until it closes, however that comes about. False when there is none. */
  reserve(socket: Duplex): boolean {
    if (!this.#accepting || this.#sockets.size >= this.#limits.maxConnections) return false;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return true;
  }

  add(session: Session): void {
    this.#sessions.add(session);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  isFull(userId: string): boolean {
    return (this.#perUser.get(userId) ?? 0) >= this.#limits.maxConnectionsPerUser;
  }

  join(userId: string): void {
    this.#perUser.set(userId, (this.#perUser.get(userId) ?? 0) + 1);
  }

  part(userId: string): void {
    const left = (this.#perUser.get(userId) ?? 0) - 1;
    if (left > 0) this.#perUser.set(userId, left);
    else this.#perUser.delete(userId);
  }
}
