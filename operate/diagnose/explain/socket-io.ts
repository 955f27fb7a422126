import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** What socket.io and its Engine.IO answer, the reasons of their disconnects, and the like of SignalR. */
export const socketIo: readonly Meaning[] = [
  {
    name: "socket.io: session unknown",
    pattern: /Session ID unknown|"code":\s*1\b.*Session|URL of a socket\.io session 400/i,
    example: '{"code":1,"message":"Session ID unknown"}',
    means:
      "A request of a socket.io session reached another process than the one that opened it: several instances without sticky sessions, or the backend was restarted in between.",
    check: "With several instances: sticky sessions, or transports: ['websocket'] in the client",
    worry: "Yes, with several instances: most clients never get in. No, once after a restart.",
  },
  {
    name: "SignalR: session unknown",
    pattern: /connection could not be found on the server|No Connection with that ID/i,
    example: "Error: WebSocket failed to connect. The connection could not be found on the server",
    means:
      "SignalR asked one process for a session (negotiate) and reached another one with its WebSocket: several instances without sticky sessions, a restart in between, or a path that is not a hub.",
    check: "Sticky sessions, or skipNegotiation with WebSockets alone in the client; the hub's path",
    worry: "Yes, with several instances: most clients never get in. No, once after a restart.",
  },
  {
    name: "socket.io: wrong version",
    pattern: /"code":\s*5\b|Unsupported protocol version|Socket\.IO server in v\d\.x with a v\d\.x client/i,
    example: '{"code":5,"message":"Unsupported protocol version"}',
    means: "Client and server of socket.io are of versions that do not fit (Engine.IO 3 and 4).",
    check: "Use the same major version at both ends, or allowEIO3: true in the server",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "socket.io: bad handshake",
    pattern: /Transport unknown|Bad handshake method|"code":\s*[023]\b.*"message"/i,
    example: '{"code":0,"message":"Transport unknown"}',
    means:
      "A plain WebSocket client, or a wrong path, reached a socket.io server: it wants `?EIO=4&transport=websocket` and its own framing.",
    check: "Use socket.io's client, on the server's path (/socket.io/ by default)",
    worry: "Yes, if it is your own client.",
  },
  {
    name: "socket.io: forbidden",
    pattern: /"code":\s*4\b.*"message"/i,
    example: '{"code":4,"message":"Forbidden"}',
    means: "The backend's own allowRequest said no to this client, before any session.",
    check: "allowRequest and cors in the backend; npm run logs",
    worry: "No, for one user whose token is old. Yes, if all are refused.",
  },
  {
    name: "socket.io: namespace",
    pattern: /Invalid namespace/i,
    example: "connect_error: Invalid namespace",
    means:
      "The server has no such namespace: the part after the host in the client's address is a namespace for socket.io, no path.",
    check: "The address in the client: io('wss://HOST', { path: '/socket.io/' })",
    worry: "Yes: this client never gets in.",
  },
  {
    name: "socket.io: server disconnected",
    pattern: /io server disconnect|server namespace disconnect|forced server close/i,
    example: "disconnect: io server disconnect",
    means:
      "The server closed this session on purpose; socket.io's client does not come back by itself after that.",
    check: "npm run logs tells why; to come back: socket.connect() in the client's disconnect event",
    worry: "No, if the backend meant it.",
  },
  {
    name: "socket.io: client disconnected",
    pattern: /io client disconnect|client namespace disconnect/i,
    example: "disconnect: io client disconnect",
    means: "The client's own code closed the session.",
    check: "Nothing",
    worry: "No.",
  },
  {
    name: "socket.io: server is stopping",
    pattern: /server shutting down/i,
    example: "disconnect: server shutting down",
    means:
      "The server said good-bye: it is being restarted or replaced. The client comes back within seconds.",
    check: "Nothing. If it keeps happening: npm run diagnose",
    worry: "No.",
  },
  {
    name: "socket.io: transport ended",
    pattern:
      /transport (close|error)|xhr (poll|post) error|forced close|connect_error.*websocket error|reconnect_(failed|error)/i,
    example: "disconnect: transport close",
    means:
      "The connection below socket.io ended or did not come about: a change of network, a restart, or a path that does not reach the server. The client tries again by itself.",
    check: `npm run watch -- --for 10m shows how often; ${diagnose}`,
    worry: ifItStays,
  },
  {
    name: "parse error",
    pattern: /\bparse error\b|Unexpected token .* in JSON|is not valid JSON|Unexpected end of JSON/i,
    example: "disconnect: parse error",
    means: "One side got a message that is not of the protocol it expects.",
    check: "The same protocol and version at both ends",
    worry: "Yes, if it stays: it is an error in one of the two programs.",
  },
];
