import { expect } from "vitest";
import { WebSocket } from "ws";
import type { Settings } from "../../../infra/settings/schema.ts";
import { Prober } from "../../support/prober.ts";
import { FixtureBackend } from "./backend.ts";
import { startServedHost } from "./served-host.ts";

/** A user who is connected through nginx. */
export interface User extends Disposable {
  socket: WebSocket;
  /** Close code, and seconds since the user came, once the connection has ended. */
  closed: Promise<{ code: number; at: number }>;
}

/** The users of a host: those who are connected, and those who come in the very moment. */
export class Users {
  readonly url: string;

  constructor(address: string, path = "/ws") {
    this.url = `ws://${address}${path}`;
  }

  /** @param protocol by which the fixture's log names the user */
  async connect(protocol?: string): Promise<User> {
    const socket = new WebSocket(this.url, protocol ? [protocol] : []);
    const since = performance.now();
    const closed = new Promise<{ code: number; at: number }>((resolve) =>
      socket.once("close", (code) => resolve({ code, at: (performance.now() - since) / 1000 })),
    );
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return { socket, closed, [Symbol.dispose]: () => socket.terminate() };
  }

  connectAll(count: number): Promise<User[]> {
    return Promise.all(Array.from({ length: count }, () => this.connect()));
  }

  /** Runs `change` while a new WebSocket comes every 20 ms, and fails where one was turned away. */
  async unnoticed<T>(change: () => Promise<T>): Promise<T> {
    await using prober = new Prober(this.url);
    const answer = await change();
    const { failures, made } = await prober.stop();
    expect(failures).toEqual([]);
    expect(made).toBeGreaterThan(10);
    return answer;
  }
}

/** Whether the process that a user met still answers. */
export async function answers({ socket }: User): Promise<boolean> {
  if (socket.readyState !== WebSocket.OPEN) return false;
  socket.send('{"type":"ping"}');
  return new Promise((resolve) => socket.once("message", () => resolve(true)));
}

/**
 * A host whose nginx passes on to the fixture, once a release of it is applied.
 *
 * @param defaults settings of every apply
 */
export async function startBackendHost(
  label: string,
  defaults: Partial<Settings> = {},
): Promise<{ backend: FixtureBackend; users: Users }> {
  const host = await startServedHost(label);
  const backend = await FixtureBackend.on(host, { tls: "off", handoverSeconds: 2, ...defaults });
  await backend.applySite();
  await backend.environment();
  return { backend, users: new Users(host.address, defaults.websocketPath) };
}
