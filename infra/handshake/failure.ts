import { backendLog, type HostNames, type Reading } from "./advice.ts";
import { closeFailure } from "./failure-close.ts";
import { directFailure } from "./failure-direct.ts";
import { httpFailure } from "./failure-http.ts";
import { networkFailure } from "./failure-network.ts";
import { requestFailure } from "./failure-request.ts";
import { tlsFailure } from "./failure-tls.ts";
import { isLoginRefusal } from "./login-refusal.ts";
import { answered, type Seen } from "./seen.ts";

/** What broke, why, and the thing to type. */
export interface HandshakeFailure {
  /** The URL without its query; `ssh` for the log. */
  url: string;
  hop: string;
  cause: string;
  next: string;
}

/**
 * Reads what a client saw at a hop: which layer failed, and what to type next.
 *
 * @example
 * readFailure("upgrade", { url: "ws://203.0.113.10/ws", status: 502 }, names)
 * // { cause: "nginx cannot reach the backend (502): …", next: "ssh ubuntu@203.0.113.10 pm2 logs geo-backend …" }
 */
export function readFailure(hop: string, seen: Seen, names: HostNames): Reading {
  if (seen.unsendable !== undefined) return unsendable(seen.unsendable, names);
  if (seen.refused !== undefined) return { cause: notLetIn(seen), next: backendLog(names) };
  const requested = requestFailure(hop, seen, names);
  if (requested) return requested;
  const direct = names.direct ? directFailure(hop, seen, names) : undefined;
  if (direct) return direct;
  if (seen.closeCode !== undefined) return closeFailure(hop, seen, names);
  if (seen.status === 426 && hop !== "upgrade") return noPlainRequests(hop, names);
  if (seen.status !== undefined) return httpFailure(seen, names);
  if (hop === "name" || hop === "tcp") return networkFailure(hop, seen, names);
  if (seen.code !== undefined || hop === "tls") return tlsFailure(hop, seen, names);
  return exchangeFailure(hop, seen, names);
}

/** In the backend's words; where they are of a login, and nothing was shown for one, that is the reason. */
function notLetIn(seen: Seen): string {
  const said = `the backend did not let the client in: ${seen.refused}`;
  return seen.showedToken === false && isLoginRefusal(seen)
    ? `${said}; this handshake shows no token: set handshakeToken, or say in handshake how clients log in (docs/handshake.md)`
    : said;
}

/** The connection stands, and what should come over it does not. */
function exchangeFailure(hop: string, seen: Seen, names: HostNames): Reading {
  const seconds = (seen.waitedMs ?? 0) / 1000;
  const next = backendLog(names);
  if (hop === "upgrade" && seen.waitedMs !== undefined) {
    return {
      cause: `the connection stands, but nothing answered the upgrade within ${seconds} s: the backend accepts and says nothing, or nginx is out of file descriptors`,
      next,
    };
  }
  if (seen.waitedMs === undefined && seen.expected === undefined)
    return { cause: `the answer is no WebSocket: ${seen.message}`, next };
  if (hop === "close") return { cause: `the close was not answered within ${seconds} s`, next };
  return { cause: mismatch(hop, seen), next };
}

/** The request had no upgrade, and wanted none. */
function noPlainRequests(hop: string, names: HostNames): Reading {
  return {
    cause: `the backend speaks WebSocket alone (426), and this handshake begins with a plain request (${hop}): it speaks something else; see docs/handshake.md`,
    next: backendLog(names),
  };
}

/** What came is not what was awaited, by the operator's script or by the protocol. */
function mismatch(hop: string, seen: Seen): string {
  const { script, expected = "the answer", received = [], waitedMs } = seen;
  const within = waitedMs === undefined ? "" : ` within ${Math.ceil(waitedMs / 100) / 10} s`;
  const said = `the backend answered ${received.length > 0 ? answered({ received }) : "nothing"}${within}`;
  return script
    ? `${said}, but not what step *${hop}* expects: ${expected}; see docs/handshake.md`
    : `${said}, where ${expected} was due`;
}

/** The handshake's own fault: nothing of it reached the backend. */
function unsendable(why: string, names: HostNames): Reading {
  return {
    cause: `the handshake cannot be sent as it is configured: ${why}; see docs/handshake.md`,
    next: `correct key handshake; the backend's own log: ${backendLog(names)}`,
  };
}
