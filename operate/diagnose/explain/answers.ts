import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** What answered was no upgrade. */
export const answers: readonly Meaning[] = [
  {
    name: "bad gateway",
    pattern: /\b502\b/,
    means:
      "nginx runs and cannot reach the backend: it is stopped, crashes, or listens elsewhere. For a second or two this is a restart.",
    check: `${diagnose}; ssh HOST pm2 restart geo-backend`,
    worry: ifItStays,
  },
  {
    name: "gateway timeout",
    pattern: /\b504\b/,
    means: "The backend took the connection and never answered.",
    check: diagnose,
    worry: ifItStays,
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
    means:
      "The token was refused: it has expired, or was signed with another secret. Or a 401 is nginx's own (auth_basic), before the backend is asked.",
    check:
      "Log in again on the page for a new token; if that one is refused as well: npm run diagnose, which tells who refuses",
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
    name: "bad request",
    pattern: /\b400\b|Bad Request/i,
    means:
      "The request was refused as none that opens a WebSocket: a wrong path (a backend on Node's ws says 400 to that), Upgrade or Sec-WebSocket headers that were lost or changed on the way, or ws:// to a TLS port.",
    check: `The address, which ends in /ws; then ${diagnose}`,
    worry: "Yes, if the address is right: no client can connect.",
  },
  {
    name: "no upgrade",
    pattern:
      /\b426\b|Upgrade Required|'Connection' header|'Upgrade' header|upgrade.*(header|missing)|response code: 200|Unexpected server response: 200|HTTP 200|status code: 200|InvalidStatus|Invalid ?Upgrade/i,
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
];
