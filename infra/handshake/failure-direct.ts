import { backendLog, type HostNames, type Reading } from "./advice.ts";
import { portOf } from "./open.ts";
import type { Seen } from "./seen.ts";

/**
 * What a client met that asked the backend itself, on the host: neither nginx nor a firewall lies between. Undefined for
 * what reads the same from everywhere.
 */
export function directFailure(hop: string, seen: Seen, names: HostNames): Reading | undefined {
  const cause =
    seen.closeCode === 1006
      ? `the backend cut the connection after ${tenths(seen.openMs)} s (1006${said(seen)}) where ${hop} was due: it crashed, or closed it without a word`
      : seen.status !== undefined
        ? answered(seen)
        : unanswered(hop, seen);
  return cause === undefined ? undefined : { cause, next: backendLog(names) };
}

const tenths = (ms = 0) => Math.round(ms / 100) / 10;
const said = ({ message }: Seen) => (message ? `, ${message}` : "");
const words = ({ body }: Seen) => (body ? `; it says: ${body}` : "");

/** An HTTP answer of its own, instead of an upgrade. */
function answered(seen: Seen): string | undefined {
  const { status = 0, location } = seen;
  const path = new URL(seen.url).pathname;
  if (status === 401 || status === 403 || /Transport unknown/.test(seen.body ?? "")) return undefined;
  if (status === 400 || status === 404)
    return `the backend does not take a WebSocket on ${path} (${status}): it serves it on another path (websocketPath), or wants something that this handshake does not send${words(seen)}`;
  if (status === 426)
    return `the backend does not upgrade ${path} (426): its WebSocket is on another path${words(seen)}`;
  if (status >= 500)
    return `the backend answered the upgrade with an error of its own (${status})${words(seen)}`;
  if (location !== undefined)
    return `the backend redirects ${path} to ${location} (${status}), and WebSocket clients do not follow`;
  return `the backend answered ${path} with a page instead of an upgrade (${status})${words(seen)}`;
}

/** No answer at all. */
function unanswered(hop: string, { url, code = "", waitedMs, message }: Seen): string | undefined {
  const port = portOf(new URL(url));
  const within = `within ${tenths(waitedMs)} s`;
  if (hop === "tcp") {
    if (code === "ECONNREFUSED")
      return `nothing listens on port ${port} (ECONNREFUSED): the backend has ended, or listens on another port`;
    return `the backend took no connection on port ${port}${waitedMs === undefined ? ` (${message ?? code})` : ` ${within}`}: it is busy, or stuck`;
  }
  if (hop !== "upgrade") return undefined;
  if (waitedMs !== undefined)
    return `the backend took the connection and did not answer the upgrade ${within}`;
  if (code === "ECONNRESET" || code === "EPIPE")
    return `the backend closed the connection without an answer (${message ?? code}): it crashed, or takes no WebSocket there`;
  return undefined;
}
