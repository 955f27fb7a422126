// Which process of this host took a connection. On the host itself only: the kernel knows both ends there.
import { AsyncLocalStorage } from "node:async_hooks";
import { execFileSync } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Milliseconds: in cluster mode pm2 takes the connection first, and passes it on to one of its workers. */
const patience = 500;

interface Watched {
  wanted: ReadonlySet<number>;
  met: Set<number>;
}

const watched = new AsyncLocalStorage<Watched>();
let subscribed = false;

/** Runs `work`, and tells which of these processes took a connection that it opened. */
export async function meeting<T>(
  wanted: ReadonlySet<number>,
  work: () => Promise<T>,
): Promise<{ answer: T; met: ReadonlySet<number> }> {
  if (!subscribed) subscribe("net.client.socket", watch);
  subscribed = true;
  const met = new Set<number>();
  const answer = await watched.run({ wanted, met }, work);
  return { answer, met };
}

/** Whatever library opens the connection: the channel is Node's own, and called where `net.connect` is. */
function watch(message: unknown): void {
  const attempt = watched.getStore();
  const { socket } = message as { socket: Socket };
  if (attempt) socket.once("connect", () => noteOwner(socket, attempt));
}

/** Waits in place: nothing is sent before the owner is known, so that an instance cannot refuse and close unseen. */
function noteOwner({ localPort, remotePort }: Socket, { wanted, met }: Watched): void {
  const end = Date.now() + patience;
  do {
    const owner = ownersOf(Number(remotePort), Number(localPort)).find((pid) => wanted.has(pid));
    if (owner !== undefined) return void met.add(owner);
  } while (Date.now() < end);
}

function ownersOf(port: number, client: number): number[] {
  const filter = `( sport = :${port} and dport = :${client} )`;
  const text = execFileSync("ss", ["-Htnp", "state", "established", filter], { encoding: "utf8" });
  return [...text.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
}
