import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** On a connection that stood: said beside a close code, so it is asked first. */
export const heartbeat: readonly Meaning[] = [
  {
    name: "ping unanswered",
    pattern:
      /ping timeout|without receiving a message|ping(\/pong)? timed out|keepalive timeout(?!; no)|didn.t receive pong|did not respond with a pong|pong (timeout|not received)|heartbeat timeout/i,
    example: "sent 1011 (internal error) keepalive ping timeout; no close frame received",
    means:
      "The connection was open, and a ping was not answered in time: the other side is stuck, or the network in between was lost.",
    check:
      "npm run watch -- --for 10m shows whether others are lost as well, and npm run diagnose whether the backend answers",
    worry: "No, for one client whose network was away. Yes, if all are lost at the same time.",
  },
];

/** How a connection ended, or did not come about; the general words last. */
export const ends: readonly Meaning[] = [
  {
    name: "timeout",
    pattern:
      /ETIMEDOUT|ERR_CONNECTION_TIMED_OUT|ERR_TIMED_OUT|WinError 10060|did not properly respond|Connection timeout to host|(failed: |The )request timed out|failed to connect to .* after \d+ ?ms|NS_ERROR_NET_TIMEOUT|Connection timed out|Errno 110|curl: \(28\) Failed to connect|i\/o timeout|failed to respond|connect timed out/i,
    example: "Error: connect ETIMEDOUT 203.0.113.7:80",
    means:
      "Nothing answers at all: a firewall drops the packets (the host's own, or the cloud's in front of it), or the host is off.",
    check: `${diagnose} tells which firewall it is`,
    worry: "Yes, if it is so from other networks as well.",
  },
  {
    name: "handshake timeout",
    pattern:
      /timed out|TimeoutError|Timeout(Exception)?\b|curl: \(28\)|context deadline exceeded|(status|response|HTTP\S*)[^\d]{0,12}408\b/i,
    example: "Error: Opening handshake has timed out",
    means:
      "The connection was not made in time. Either nothing answers at all: a firewall drops the packets, or the host is off; or the connection is open but gets no answer: nginx or the backend is stuck.",
    check: `${diagnose} tells which of them it is`,
    worry: "Yes, if it is so from other networks as well.",
  },
  {
    name: "written too late",
    pattern: /\bEPIPE\b|Broken pipe/i,
    example: "Error: write EPIPE",
    means:
      "A program wrote into a connection that the other side had already closed. By itself it only says that the other side left first.",
    check:
      "Nothing, if it is rare. A backend that ends because of it needs an `error` listener on its sockets",
    worry: "No, unless the process ends.",
  },
  {
    name: "hang-up",
    pattern:
      /socket hang up|ECONNRESET|ECONNABORTED|forcibly closed by the remote|ERR_RESPONSE_HEADERS_TRUNCATED|unexpected end of stream|closed before (full header was received|receiving a handshake response)|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_CONNECTION_CLOSED|ERR_CONNECTION_ABORTED|Empty reply|connection (was )?reset|reset by peer|reset without closing|curl: \((52|56)\)|EOF occurred|EOFException|ServerDisconnected|: EOF\b|Errno 104/i,
    example: "Error: socket hang up",
    means:
      "The connection was closed without an answer: nginx is full (worker_connections), a process crashed, or something on the way cut it.",
    check: diagnose,
    worry: ifItStays,
  },
  {
    name: "cut",
    pattern:
      /\b1006\b|no close frame received|abnormal(ly)? clos|closed abnormally|connection to .* was interrupted|Software caused connection abort|network connection was lost|without completing the close handshake|unexpected EOF|remote host was lost|ERR_SOCKET_NOT_CONNECTED|Socket is not connected|rc=(7|16)\b|AMQJS0008I/i,
    example: "close 1006 (abnormal closure)",
    means:
      "The connection was cut without a close frame: a change of network, a laptop that slept, a crash. If it comes every 60 seconds, nginx cuts silent connections.",
    check: "npm run watch -- --for 10m shows how often, and after how long",
    worry: ifItStays,
  },
  {
    name: "failed",
    pattern:
      /WebSocket connection to '?.*'? failed|can.t establish a connection to the server|WebSocket connection .*failed|WebSocket (is|was) closed|WebSocket error|Network error|WebSocket network error|WebSocket opening handshake|net::ERR_FAILED|AMQJS000[57]E/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: ",
    means:
      "The connection could not be opened; a browser does not tell the page why. Any cause is possible, from a moment without network to a service that is down.",
    check: `${diagnose} finds the reason`,
    worry: `No, if it happens once and the page comes back. ${ifItStays}`,
  },
];
