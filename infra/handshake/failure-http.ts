import { pulumiLine } from "../pulumi-command.ts";
import { backendLog, type HostNames, nginxLog, type Reading, stepCheck } from "./advice.ts";
import type { Seen } from "./seen.ts";

/** An HTTP answer instead of an upgrade. */
export function httpFailure(seen: Seen, names: HostNames): Reading {
  const { status = 0 } = seen;
  const { path, protocol } = parts(seen.url);
  const site = stepCheck(names, "site");
  switch (status) {
    case 200:
      return {
        cause: `a page came instead of an upgrade (200): the location of ${path} is wrong, or a single-page application's fallback answers`,
        next: site,
      };
    case 400:
      return badRequest(seen, names);
    case 401:
      return {
        cause: `${unauthorized(seen)}${words(seen)}`,
        next: backendLog(names),
      };
    case 403:
      return {
        cause: `refused (403): the backend or nginx does not like the Origin or the address${words(seen)}`,
        next: nginxLog(names),
      };
    case 404:
      return {
        cause: `${path} is not there (404): wrong server_name or location, or the backend's own router`,
        next: site,
      };
    case 426:
      return {
        cause: "the backend saw no upgrade (426): nginx does not forward the Upgrade and Connection headers",
        next: site,
      };
    case 429:
    case 503:
      return {
        cause: `no room for another connection (${status}): a limit of nginx or of the backend${words(seen)}`,
        next: backendLog(names),
      };
    case 500:
      return {
        cause: "the server failed (500): nginx is out of file descriptors, or the backend threw an error",
        next: nginxLog(names),
      };
    case 502:
      return {
        cause: "nginx cannot reach the backend (502): it is down, it closed the connection, or ports ran out",
        next: `${names.ssh} pm2 status; ${backendLog(names)}; ${nginxLog(names)}`,
      };
    case 504:
      return {
        cause: "the backend accepted the connection and never answered (504)",
        next: backendLog(names),
      };
    default:
      if (status >= 300 && status < 400) return redirect(seen, protocol, site);
      return { cause: `an unexpected answer (${status})${words(seen)}`, next: nginxLog(names) };
  }
}

function unauthorized({ showedToken }: Seen): string {
  return showedToken === false
    ? "the backend wants a token (401), and this handshake shows none: set handshakeToken, or say in handshake how clients log in (docs/handshake.md)"
    : "the token was refused (401): it has expired, or was signed with another secret than the backend's";
}

function strangeSession(seen: Seen): Reading {
  return {
    cause: `the session was begun by another process than the one that got the next request (400): several instances of a server with sessions need sticky sessions${words(seen)}`,
    next: `${pulumiLine("config set sticky true")} (with handshake socket.io it is the default: remove sticky: false); see docs/instances.md`,
  };
}

function badRequest(seen: Seen, names: HostNames): Reading {
  if (/plain HTTP request was sent to HTTPS port/i.test(seen.body ?? "")) {
    return { cause: "a plain connection came to a TLS port (400)", next: "use wss:// for this port" };
  }
  // Engine.IO's own words. A client that has a session speaks it already, and met a process that did not begin it.
  if (/Session ID unknown/.test(seen.body ?? "") && /[?&]sid=/.test(seen.url)) return strangeSession(seen);
  if (/Transport unknown|Session ID unknown/.test(seen.body ?? "")) {
    return {
      cause: `a socket.io server answers (400), which other clients cannot talk to: key handshake must be socket.io, see docs/handshake.md${words(seen)}`,
      next: `${pulumiLine("config set handshake socket.io")}; without a stack: --handshake socket.io`,
    };
  }
  return {
    cause: `the request was refused (400): the WebSocket is on another path than ${parts(seen.url).path}, this is a TLS port, or something on the way spoiled the Sec-WebSocket headers${words(seen)}`,
    next: stepCheck(names, "site"),
  };
}

function redirect({ status, location = "nowhere" }: Seen, protocol: string, site: string): Reading {
  if (protocol === "ws:" && location.startsWith("https:")) {
    return {
      cause: `redirected to ${location} (${status}): this host wants TLS`,
      next: `use wss://; this package serves both: ${site}`,
    };
  }
  return { cause: `redirected to ${location} (${status}), and WebSocket clients do not follow`, next: site };
}

function parts(url: string): { path: string; protocol: string } {
  const { pathname: path, protocol } = new URL(url);
  return { path, protocol };
}

/** What the answer said, where it said something. */
function words({ body }: Seen): string {
  return body ? `; it says: ${body}` : "";
}
