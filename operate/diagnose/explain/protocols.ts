import { diagnose, ifItStays, type Meaning } from "./meaning.ts";

/** Messages of protocols on top of WebSocket: socket.io, graphql-ws, MQTT. */
export const protocols: readonly Meaning[] = [
  {
    name: "socket.io: session unknown",
    pattern: /Session ID unknown|"code":\s*1\b.*Session/i,
    example: '{"code":1,"message":"Session ID unknown"}',
    means:
      "A request of a socket.io session met another process than the one that opened it: several instances without sticky sessions, or the backend was restarted in between.",
    check: "With several instances: sticky sessions, or transports: ['websocket'] in the client",
    worry: "Yes, with several instances: most clients never get in. No, once after a restart.",
  },
  {
    name: "socket.io: wrong version",
    pattern: /Unsupported protocol version|v2\.x with a v3\.x|"code":\s*5\b/i,
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
      "A plain WebSocket client, or a wrong path, met a socket.io server: it wants `?EIO=4&transport=websocket` and its own framing.",
    check: "Use socket.io's client, on the server's path (/socket.io/ by default)",
    worry: "Yes, if it is your own client.",
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
    check: "Nothing. If it goes on: npm run diagnose",
    worry: "No.",
  },
  {
    name: "socket.io: transport ended",
    pattern: /transport (close|error)|xhr (poll|post) error|forced close|connect_error: websocket error/i,
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
  {
    name: "graphql-ws: bad request",
    pattern: /\b4400\b|\b4004\b|\b4005\b/,
    example: "close 4400: Invalid message received",
    means:
      "graphql-ws got a message that is not of its protocol: usually a client of the older subscriptions-transport-ws.",
    check: "Use a client that speaks graphql-transport-ws",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "graphql-ws: unauthorized",
    pattern: /\b4401\b|\b4403\b/,
    example: "close 4401: Unauthorized",
    means:
      "The backend refused the token, in the way of graphql-ws: 4401 before connection_ack, 4403 when onConnect said no.",
    check: "connectionParams in the client; log in again for a new token",
    worry: "No, for one user whose token is old. Yes, if all are refused.",
  },
  {
    name: "graphql-ws: subprotocol",
    pattern: /\b4406\b|Subprotocol not acceptable/i,
    example: "close 4406: Subprotocol not acceptable",
    means:
      "The client did not ask for the subprotocol graphql-transport-ws: it speaks the older graphql-ws, or none.",
    check: "The client's library and its subprotocol",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "graphql-ws: init timeout",
    pattern: /\b4408\b|\b4504\b|Connection (initiali[sz]ation|acknowledgement) timeout/i,
    example: "close 4408: Connection initialisation timeout",
    means:
      "connection_init or connection_ack did not come in time (3 s by default): the client sends it late, or the backend's onConnect hangs.",
    check: `The client sends connection_init in its open event; ${diagnose} for a backend that hangs`,
    worry: ifItStays,
  },
  {
    name: "graphql-ws: twice",
    pattern: /\b4409\b|\b4429\b|Subscriber for .* already exists|Too many initiali[sz]ation requests/i,
    example: "close 4429: Too many initialisation requests",
    means: "The client used a subscription's id twice, or sent connection_init twice.",
    check: "One connection_init a connection; a new id for each subscription",
    worry: "Yes: it is an error in the client's code.",
  },
  {
    name: "graphql-ws: ended",
    pattern: /\b4499\b|\b4500\b/,
    example: "close 4499: Terminated",
    means:
      "4499: the client ended the connection itself because nothing came for too long. 4500: the backend met an error, and its log has it.",
    check: "npm run logs",
    worry: ifItStays,
  },
  {
    name: "MQTT: refused login",
    pattern:
      /bad user ?name or password|Not authori[sz]ed|not authorised|(rc|reason ?code|return ?code)[=: (]*(4|5|134|135|140)\b/i,
    example: "Error: Connection refused: Not authorized",
    means: "The broker answered, and refused user name or password (MQTT 3: 4 and 5, MQTT 5: 134 and 135).",
    check: "username and password in the client; the broker's log",
    worry: "No, for one client. Yes, if all are refused.",
  },
  {
    name: "MQTT: client identifier",
    pattern:
      /Identifier rejected|Client Identifier not valid|Session taken over|(rc|reason ?code|return ?code)[=: (]*(2|133|142)\b/i,
    example: "Error: Connection refused: Identifier rejected",
    means:
      "The broker does not take this client identifier, or another client came with the same one and took the session over (142).",
    check: "A client identifier of its own for each client",
    worry: "Yes, if two clients throw each other out.",
  },
  {
    name: "MQTT: protocol version",
    pattern:
      /Unacceptable protocol version|Unsupported protocol version|(rc|reason ?code|return ?code)[=: (]*(1|132)\b/i,
    example: "Error: Connection refused: Unacceptable protocol version",
    means: "The broker does not speak the client's version of MQTT.",
    check: "protocolVersion in the client: 4 (MQTT 3.1.1) or 5",
    worry: "Yes: this client never gets in.",
  },
  {
    name: "MQTT: broker busy",
    pattern:
      /Connection refused: Server unavailable|Server busy|Quota exceeded|Connection rate exceeded|Use another server|(rc|reason ?code|return ?code)[=: (]*(3|136|137|151|156|157|159)\b/i,
    example: "Error: Connection refused: Server unavailable",
    means: "The broker answered that it takes no client now: it is starting, full, or limits the rate.",
    check: "The broker's log",
    worry: ifItStays,
  },
  {
    name: "MQTT: banned or too big",
    pattern: /\bBanned\b|Packet too large|(rc|reason ?code|return ?code)[=: (]*(138|141|149)\b/i,
    example: "disconnect: reason code 149 (Packet too large)",
    means:
      "138: the broker banned this client. 141: it heard nothing for one and a half keep-alives. 149: a packet was larger than it allows.",
    check: "The broker's log, and keepalive in the client",
    worry: "No, for one client.",
  },
];
