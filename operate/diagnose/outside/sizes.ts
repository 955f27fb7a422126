import { connect } from "node:net";
import { bareHost, portOf } from "../../../infra/handshake/open.ts";
import { leave } from "./leave.ts";
import type { SizeSeen } from "./observed.ts";

/**
 * Bytes of a request: below every MTU that IP allows a host; below the 1,280 of IPv6 and of most tunnels; several full
 * packets. The last is well within what nginx takes as a header line (8 kB).
 */
const sizes = [100, 1_100, 4_000] as const;

/**
 * Requests of `/` of several sizes, each on a connection of its own. What comes back is of no interest, but whether
 * something does: packets of a certain size may be lost on the way, and a handshake has both small and large ones.
 *
 * @param url an address without TLS, whose first packets would have sizes of their own
 */
export function seeSizes(url: URL, timeoutMs: number): Promise<SizeSeen[]> {
  return Promise.all(
    sizes.map(async (bytes) => ({ bytes, answered: await isAnswered(url, bytes, timeoutMs) })),
  );
}

function isAnswered(url: URL, bytes: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: bareHost(url), port: portOf(url), timeout: timeoutMs });
    const end = (answered: boolean) => {
      if (answered) leave(socket);
      else socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => socket.write(request(url, bytes)));
    socket.once("data", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

function request(url: URL, bytes: number): string {
  const head = `GET / HTTP/1.1\r\nHost: ${url.host}\r\nConnection: close\r\nX-Size: `;
  return `${head}${"x".repeat(Math.max(1, bytes - head.length - 4))}\r\n\r\n`;
}
