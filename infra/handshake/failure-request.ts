import { backendLog, type HostNames, nginxLog, type Reading, stepCheck } from "./advice.ts";
import type { Seen } from "./seen.ts";

/**
 * What a plain request met, of an application without a WebSocket. Undefined where it did not come as far as its answer, and
 * for every other handshake.
 */
export function requestFailure(hop: string, seen: Seen, names: HostNames): Reading | undefined {
  if (!/^https?:/.test(seen.url) || ["name", "tcp", "tls"].includes(hop)) return undefined;
  if (seen.status === undefined) return { cause: unanswered(seen), next: backendLog(names) };
  if (!names.direct && [502, 504].includes(seen.status)) return unreachable(seen, names);
  return { cause: `${refused(seen)}${words(seen)}`, next: `${adviceOf(seen)}; ${nextOf(seen, names)}` };
}

const pathOf = ({ url }: Seen) => new URL(url).pathname;

const words = ({ body }: Seen) => (body ? `; it says: ${body}` : "");

const unanswered = (seen: Seen) =>
  seen.waitedMs === undefined
    ? `the connection was closed before ${pathOf(seen)} was answered (${seen.message ?? seen.code}): the backend crashed, or speaks no HTTP`
    : `${pathOf(seen)} was not answered within ${seen.waitedMs / 1000} s: the backend took the request and says nothing`;

function unreachable({ status }: Seen, names: HostNames): Reading {
  const cause =
    status === 502
      ? "nginx cannot reach the backend (502): it is down, or it closed the connection"
      : "the backend accepted the request and never answered (504)";
  return { cause, next: `${backendLog(names)}; ${nginxLog(names)}` };
}

function refused(seen: Seen): string {
  const { status, location, expected = "another answer" } = seen;
  const to = location ? `, on to ${location}` : "";
  return `${pathOf(seen)} is answered with ${status}${to}, where ${expected} was due`;
}

/** The two that are commonly not the backend's fault. */
function adviceOf({ status }: Seen): string {
  if (status === 401 || status === 403)
    return "where it wants a token, set handshakeToken, or say in handshake how clients show it (docs/handshake.md)";
  return 'where another path or status is right, say it in handshake: {"preset":"http","path":"/health","status":204}';
}

const nextOf = ({ status }: Seen, names: HostNames) =>
  status === 404 && !names.direct ? stepCheck(names, "site") : backendLog(names);
