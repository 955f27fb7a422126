/** What a client's message means. */
export interface Meaning {
  /** Recognises it, in the words of whoever prints it. */
  pattern: RegExp;
  /** Stays the same: names it in `--json` and in tests. */
  name: string;
  means: string;
  check: string;
  worry: string;
}

const no = "No.";
const yes = "Yes, if it stays so for five minutes.";
const diagnose = "npm run diagnose";

/**
 * The usual messages of browsers (Chrome, Firefox, Safari), Node (`ws`), Python (`websockets`) and curl, the most
 * telling ones first: a browser hides from a page why a connection failed, so its general words come last.
 */
export const messages: readonly Meaning[] = [
  {
    name: "closed while connecting",
    pattern:
      /closed before the connection (is|was) established|interrupted while the page was loading|The operation is insecure.*unload/i,
    means:
      "The page itself closed the connection while it was being made: it was left, reloaded, or its code called close(). Flaky networks and React's strict mode do that as well.",
    check: "Nothing. If the page's status stays offline: npm run diagnose",
    worry: `${no} It is harmless: the client connects again by itself.`,
  },
  {
    name: "mixed content",
    pattern:
      /insecure WebSocket connection may not be initiated|Mixed Content|SecurityError.*WebSocket|blocked.*insecure content/i,
    means: "A page that came by https may not use ws://: the browser forbids it before anything is sent.",
    check: "Use the wss:// address in the page: npm run -s pulumi -- stack output wssUrl",
    worry: "Yes: no such page can connect until its address is changed.",
  },
  {
    name: "certificate",
    pattern:
      /ERR_CERT_|SEC_ERROR|MOZILLA_PKIX|CERT_HAS_EXPIRED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME_INVALID|CERTIFICATE_VERIFY_FAILED|SSL certificate problem|certificate for this server is invalid|curl: \(60\)/i,
    means:
      "The client does not trust the certificate: it has expired, is for another name, or its CA is not known to the client.",
    check: `${diagnose} names which of them. A private CA: npm run -s pulumi -- stack output caCertificate > ca.pem, and give it to the client`,
    worry: "Yes, where the CA is a public one; a private CA has to be told to each client once.",
  },
  {
    name: "plain on a TLS port",
    pattern:
      /wrong version number|WRONG_VERSION_NUMBER|ERR_SSL_PROTOCOL_ERROR|SSL_ERROR_RX_RECORD_TOO_LONG|plain HTTP request was sent to HTTPS port|packet length too long/i,
    means: "One side speaks TLS and the other does not: wss:// to a plain port, or ws:// to a TLS port.",
    check: "Compare scheme and port: ws:// is port 80, wss:// is port 443",
    worry: "Yes: this address never works.",
  },
  {
    name: "name not found",
    pattern:
      /ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED|getaddrinfo|Could not resolve host|nodename nor servname|Name or service not known|server with the specified hostname could not be found|NS_ERROR_UNKNOWN_HOST/i,
    means: "The host's name has no address here: a slip in it, or the name server does not answer.",
    check: "getent hosts NAME, and the same from another network",
    worry: "Yes, if others cannot resolve it either.",
  },
  {
    name: "refused",
    pattern:
      /ECONNREFUSED|ERR_CONNECTION_REFUSED|Connection refused|NS_ERROR_CONNECTION_REFUSED|Could not connect to the server|curl: \(7\)/i,
    means:
      "The host is there, and nothing takes connections on that port: nginx is down, or a firewall rejects them.",
    check: diagnose,
    worry: "Yes: the service is down.",
  },
  {
    name: "bad gateway",
    pattern: /\b502\b/,
    means:
      "nginx runs and cannot reach the backend: it is stopped, crashes, or listens elsewhere. For a second or two this is a restart.",
    check: `${diagnose}; ssh HOST pm2 restart geo-backend`,
    worry: yes,
  },
  {
    name: "gateway timeout",
    pattern: /\b504\b/,
    means: "The backend took the connection and never answered.",
    check: diagnose,
    worry: yes,
  },
  {
    name: "full",
    pattern: /\b(503|429)\b|\b1013\b/,
    means: "There is no room for another connection: a limit of nginx, of the backend, or of the account.",
    check: `${diagnose} shows connections and limits`,
    worry: "Yes: new clients are turned away.",
  },
  {
    name: "unauthorized",
    pattern: /\b401\b|\b1008\b|Unauthorized|policy violation/i,
    means: "The backend refused the token: it has expired, or was signed with another secret.",
    check: "Log in again on the page for a new token; if that one is refused as well: npm run diagnose",
    worry: "No, for one user whose token is old. Yes, if everybody is refused.",
  },
  {
    name: "forbidden",
    pattern: /\b403\b|Forbidden/i,
    means: "The page's own address (Origin) may not connect, or nginx keeps the client's address out.",
    check: "The backend's ALLOWED_ORIGINS, and the site's allow and deny: npm run diagnose",
    worry: "Yes, if it is your own page.",
  },
  {
    name: "redirect",
    pattern: /\b30[1278]\b|redirect/i,
    means:
      "The host answers with a redirect, which a WebSocket client does not follow: usually from http to https.",
    check: "Use wss:// in the client",
    worry: "Yes: this address never works.",
  },
  {
    name: "not found",
    pattern: /\b404\b/,
    means:
      "Nothing serves that path as a WebSocket: a slip in it (it is /ws), a wrong location, or another site answers.",
    check: diagnose,
    worry: "Yes, if the path is right.",
  },
  {
    name: "no upgrade",
    pattern:
      /\b426\b|Upgrade Required|'Connection' header|'Upgrade' header|upgrade.*(header|missing)|response code: 200|Unexpected server response: 200|HTTP 200|status code: 200|Invalid (status|upgrade)/i,
    means:
      "An ordinary answer came in the place of the upgrade: nginx does not hand the Upgrade headers on, or a page answers on that path.",
    check: diagnose,
    worry: "Yes: no client can connect.",
  },
  {
    name: "bad accept key",
    pattern: /Sec-WebSocket-Accept|Error during WebSocket handshake: (Incorrect|Invalid)|InvalidHandshake/i,
    means:
      "Something between client and backend changes the answer: a proxy, a virus scanner, or a backend that is no WebSocket server.",
    check: "Try from another network, and over wss://, which nobody between can change",
    worry: "Yes, if it is everywhere.",
  },
  {
    name: "restart",
    pattern: /\b1012\b|\b1001\b|going away|service restart/i,
    means:
      "The backend said good-bye: it is being restarted or replaced, or the page is left. The client comes back within seconds.",
    check: "Nothing. If it goes on: npm run diagnose",
    worry: no,
  },
  {
    name: "timeout",
    pattern:
      /ETIMEDOUT|ERR_CONNECTION_TIMED_OUT|Opening handshake has timed out|timed out|NS_ERROR_NET_TIMEOUT|curl: \(28\)|TimeoutError/i,
    means:
      "Nothing answers at all: a firewall drops the packets (the host's own, or the cloud's before it), or the host is off.",
    check: `${diagnose} tells which firewall it is`,
    worry: "Yes, if it is so from other networks as well.",
  },
  {
    name: "hang-up",
    pattern:
      /socket hang up|ECONNRESET|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|Empty reply|connection (was )?reset|reset by peer|curl: \((52|56)\)|EOF occurred|ConnectionClosedError.*no close frame/i,
    means:
      "The connection was closed without an answer: nginx is full (worker_connections), a process crashed, or something on the way cut it.",
    check: diagnose,
    worry: yes,
  },
  {
    name: "cut",
    pattern:
      /\b1006\b|no close frame received|closed abnormally|connection to .* was interrupted|Software caused connection abort|network connection was lost/i,
    means:
      "The connection was cut without a good-bye: a change of network, a laptop that slept, a crash. If it comes every 60 seconds, nginx cuts silent connections.",
    check: "npm run watch -- --for 10m shows how often, and after how long",
    worry: yes,
  },
  {
    name: "failed",
    pattern:
      /WebSocket connection to '?.*'? failed|can.t establish a connection to the server|WebSocket connection .*failed|WebSocket (is|was) closed|WebSocket error|Network error|WebSocket network error/i,
    means:
      "The connection did not come about; a browser tells no page why. Any reason is possible, from a moment without network to a service that is down.",
    check: `${diagnose} finds the reason`,
    worry: `No, if it happens once and the page comes back. ${yes}`,
  },
];
