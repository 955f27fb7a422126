import { diagnose, ifItStays, type Meaning, nobodyConnects, ownAddress } from "./meaning.ts";

/** The answer to the upgrade was no upgrade; codes of a content delivery network first. */
export const answers: readonly Meaning[] = [
  {
    name: "Cloudflare: origin down",
    pattern: /\b52[0-4]\b|\b530\b|error code: 10(16|33)/i,
    example: "Unexpected server response: 522",
    means:
      "Cloudflare answered, and did not reach this host: 521 it refused, 522 and 523 nothing answered (a firewall that does not let Cloudflare's addresses in), 524 the backend was too slow, 520 it answered with something strange, 530 the name does not resolve there.",
    check: `${diagnose} -- --host ADDRESS of the host itself, past Cloudflare`,
    worry: ifItStays,
  },
  {
    name: "Cloudflare: origin's TLS",
    pattern: /\b52[56]\b/,
    example: "Unexpected server response: 526",
    means:
      "Cloudflare reached this host and does not trust its TLS: 525 the handshake failed, 526 the certificate is invalid for its mode Full (strict): a private CA always is.",
    check: "A certificate of a public CA or Cloudflare's origin CA here, or the mode Full",
    worry: nobodyConnects,
  },
  {
    name: "bad gateway",
    pattern: /\b502\b/,
    example: "Unexpected server response: 502",
    means:
      "nginx runs and cannot reach the backend: it is stopped, crashes, or listens elsewhere. For a second or two this is a restart.",
    check: `${diagnose}; ssh HOST pm2 ls shows whether it runs, npm run logs -- --no-follow why it ended`,
    worry: ifItStays,
  },
  {
    name: "gateway timeout",
    pattern: /\b504\b/,
    example: "< HTTP/1.1 504 Gateway Time-out",
    means: "The backend took the connection and never answered.",
    check: diagnose,
    worry: ifItStays,
  },
  {
    name: "server error",
    pattern: /\b500\b|Internal Server Error/i,
    example: "Unexpected server response: 500",
    means:
      "The backend hit an error while it answered the upgrade; or nginx did, when it has no file descriptor left.",
    check: `npm run logs -- --no-follow; ${diagnose}`,
    worry: ifItStays,
  },
  {
    name: "unauthorized",
    pattern:
      /\b401\b|\b1008\b|Unauthorized|HTTP Authentication failed|policy violation|StatusPolicyViolation/i,
    example: "Unexpected server response: 401",
    means:
      "The token was refused: it has expired, or was signed with another secret. Or a 401 is nginx's own (auth_basic), before the backend is asked.",
    check:
      "Log in again on the page for a new token; if that one is refused as well: npm run diagnose, which says what refuses it",
    worry: "No, for one user whose token is old. Yes, if all users are refused.",
  },
  {
    name: "forbidden",
    pattern:
      /\b(403|451)\b|Forbidden|origin not allowed|Origin .* is not authorized|invalid Origin|InvalidOrigin/i,
    example: "Unexpected server response: 403",
    means:
      "The page's own address (Origin) may not connect, or nginx keeps the client's address out. (451: a provider's page, for legal reasons.)",
    check: "The backend's ALLOWED_ORIGINS, and the site's allow and deny: npm run diagnose",
    worry: "Yes, if it is your own page.",
  },
  {
    name: "redirect",
    pattern: /\b30[1278]\b|redirect/i,
    example: "Unexpected server response: 301",
    means:
      "The host answers with a redirect, which a WebSocket client does not follow: usually from http to https.",
    check: "Use wss:// in the client",
    worry: ownAddress,
  },
  {
    name: "not found",
    pattern: /\b404\b|(status|response|HTTP\S*)[^\d]{0,12}\b(405|410|421)\b|Method Not Allowed/i,
    example: "Unexpected server response: 404",
    means:
      "Nothing serves that path as a WebSocket: a typo in it (it is /ws), a wrong location, or another site answers.",
    check: diagnose,
    worry: "Yes, if the path is right.",
  },
  {
    name: "request too large",
    pattern:
      /\b431\b|\b413\b|\b414\b|Header Fields Too Large|Entity Too Large|Request Header Or Cookie Too Large|too large (body|header)|too long header/i,
    example: "Unexpected server response: 431",
    means:
      "The request is larger than nginx or Node takes: cookies of the page grew past 8 kB (nginx) or 16 kB (Node), or the token in the URL is very long. (413: a body, which an upgrade does not have.)",
    check: "Delete the page's cookies and try again; send the token as the first message",
    worry: "Yes, if the cookies are your own application's.",
  },
  {
    name: "bad request",
    pattern: /\b400\b|Bad Request|protocol version is not supported/i,
    example: "Unexpected server response: 400",
    means:
      "The request was refused because it does not open a WebSocket: a wrong path (a backend on Node's ws says 400 to that), Upgrade or Sec-WebSocket headers that were lost or changed on the way, or ws:// to a TLS port.",
    check: `The address, which ends in /ws; then ${diagnose}`,
    worry: "Yes, if the address is right: no client can connect.",
  },
  {
    name: "no upgrade",
    pattern:
      /\b426\b|Upgrade Required|'Connection' header|'Upgrade' header|upgrade.*(header|missing)|response code: 200|Unexpected server response: 200|HTTP 200|status code:? '?200|'200 OK'|got 200\b|InvalidStatus|Invalid ?Upgrade|not upgraded to websocket|Expected HTTP 101(?! status)|Handshake not finished|bad response from the server|does not contain Upgrade|'Connection' header value|'Upgrade' header value|(status|response)[^\d]{0,20}\b50[15]\b|Error: 20[0-6]\b|(status|response)[^\d]{0,20}\b20[0-6]\b/i,
    example: "Unexpected server response: 426",
    means:
      "An ordinary answer came instead of the upgrade: nginx does not hand the Upgrade headers on, or a page answers on that path.",
    check: diagnose,
    worry: nobodyConnects,
  },
  {
    name: "bad accept key",
    pattern:
      /Sec-WebSocket-Accept|Error during WebSocket handshake: (Incorrect|Invalid)|InvalidHandshake|refuses handshake/i,
    example: "Error: Invalid Sec-WebSocket-Accept header",
    means:
      "Something between client and backend changes the answer: a proxy, a virus scanner, or a backend that is not a WebSocket server.",
    check: "Try from another network, and over wss://, which no proxy in between can change",
    worry: "Yes, if it is everywhere.",
  },
  {
    name: "refused handshake",
    pattern:
      /bad handshake|Invalid status code received|unexpected status code|WSServerHandshakeError|Handshake status|Refused WebSocket upgrade|status code '?101|non-101|WebSocketHandshakeException|Expected 101 status/i,
    example: "websocket: bad handshake",
    means: "The answer to the upgrade was not 101, and the library does not say which one it was.",
    check: `${diagnose}; or look at the answer's status in the client's code (Go: the second result of Dial)`,
    worry: ifItStays,
  },
];
