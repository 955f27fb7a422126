import type { Connections, Held, Messages } from "./connections.ts";

/** How many clients are connected, to which process, and how that was counted. */
export function connectedText({ held, ms }: Connections, running: string): string {
  const counted = `; counted from the sockets that stood for ${seconds(ms)} (ss)`;
  const [first, ...others] = held;
  if (!first) return `0 live${counted}`;
  const total = sum(held, "sockets");
  const direct = total - sum(held, "ofNginx");
  const which =
    others.length === 0
      ? ` on ${processText(first, running)}`
      : `: ${held.map((each) => `${each.sockets} on ${processText(each, running)}`).join(", ")}`;
  return `${total} live${which}${direct > 0 ? `; ${direct} of them not through nginx` : ""}${counted}`;
}

const sum = (held: readonly Held[], of: "sockets" | "ofNginx" | "toClients" | "fromClients") =>
  held.reduce((all, each) => all + each[of], 0);

function processText({ pid, release, port }: Held, running: string): string {
  const of = /^[0-9a-f]{12}$/.test(release) ? `, release ${release}` : "";
  const before = of && running && release !== running ? ", which is not the current one" : "";
  return `process ${pid} (port ${port}${of}${before})`;
}

/** Bytes sent during the second of measuring, and when a byte last went either way. */
export function trafficText({ held, ms, messages }: Connections): string {
  if (held.length === 0) return "none: no connection";
  const rate = (of: "toClients" | "fromClients") => `${bytes((sum(held, of) * 1000) / Math.max(1, ms))}/s`;
  const last = (of: "lastToClient" | "lastFromClient") =>
    `${seconds(Math.min(...held.map((each) => each[of])))} ago`;
  return [
    messages ? frames(messages) : "not counted: the host's loopback could not be watched",
    `${rate("fromClients")} in, ${rate("toClients")} out`,
    `last bytes in ${last("lastFromClient")}, out ${last("lastToClient")} (ss)`,
  ].join("; ");
}

function frames({ fromClients, toClients, lost }: Messages): string {
  const least = lost > 0 ? "at least " : "";
  return `${least}${fromClients} from clients and ${toClients} to them in one second (WebSocket frames on the loopback)`;
}

const seconds = (ms: number) =>
  ms >= 60_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 1000).toFixed(1)} s`;

function bytes(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} MB`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(1)} kB` : `${Math.round(count)} B`;
}
