import { connect } from "node:net";
import { leave } from "./leave.ts";
import type { PortSeen, PortState } from "./observed.ts";

/** One dial of each port on each address, all at the same time. */
export function seePorts(
  addresses: readonly string[],
  ports: readonly number[],
  timeoutMs: number,
): Promise<PortSeen[]> {
  return Promise.all(addresses.flatMap((address) => ports.map((port) => seePort(address, port, timeoutMs))));
}

function seePort(address: string, port: number, timeoutMs: number): Promise<PortSeen> {
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: timeoutMs });
    const end = (state: PortState) => {
      if (state === "open") leave(socket);
      else socket.destroy();
      resolve({ address, port, state, ms: Math.round(performance.now() - began) });
    };
    socket.once("connect", () => end("open"));
    socket.once("timeout", () => end("silent"));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => end(stateOf(code)));
  });
}

/** A firewall that rejects also answers with ICMP, which comes as EHOSTUNREACH or as a refusal. */
function stateOf(code: string | undefined): PortState {
  if (code === "ECONNREFUSED" || code === "ECONNRESET") return "refused";
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH" || code === "EADDRNOTAVAIL") return "no route";
  return "silent";
}
