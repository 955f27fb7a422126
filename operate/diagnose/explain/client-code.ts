import { type Meaning, ownAddress } from "./meaning.ts";

/** What the client's own code does wrong, or its library cannot do. */
export const clientCode: readonly Meaning[] = [
  {
    name: "invalid address",
    pattern:
      /URL's scheme must be|scheme must be|URL's protocol must be|wrong url scheme|URL scheme not supported|No host name in the URL|curl: \(3\)|bad URL|invalid or illegal string|contains a fragment|Failed to construct 'WebSocket': The URL|Invalid URL|InvalidURI|isn.t a valid URI|unsupported (URL )?scheme|malformed ws or wss/i,
    example:
      "Failed to construct 'WebSocket': The URL's scheme must be either 'ws' or 'wss'. 'htp' is not allowed.",
    means:
      "The address is no WebSocket address: another scheme than ws:// or wss://, a blank, or a part after `#`.",
    check: "Compare it with: npm run -s pulumi -- stack output wssUrl",
    worry: ownAddress,
  },
  {
    name: "send too early",
    pattern:
      /Still in CONNECTING state|readyState 0|not open: readyState 0|InvalidStateError|INVALID_STATE_ERR|Sent before connected/i,
    example: "Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.",
    means:
      "The client's code sends before the connection is open. The message is lost; the connection is not. (Firefox and Safari only say that the object's state is not the right one.)",
    check: "Send in the `open` event, or keep messages until then",
    worry: "Yes: it is an error in the client's code.",
  },
  {
    name: "send too late",
    pattern:
      /already in CLOSING or CLOSED|not open: readyState [23]|WebsocketNotConnectedException|Trying to work with closed connection|use of closed network connection|(?<!completed.*)Socket is not connected|WebSocket is not (open|connected)|readyState is not OPEN|invalid state \('(Aborted|Closed|CloseSent)|websocket: close sent|repeated read on failed|after closing|StreamSink is closed|socket is already closed|Cannot write to closing transport/i,
    example: "WebSocket is already in CLOSING or CLOSED state.",
    means:
      "The client's code sends on a connection that has ended; its earlier `close` event says why it ended.",
    check: "Look at the close code before this message, and explain that",
    worry: "No, if the client connects again and sends then. Yes, if messages are lost.",
  },
  {
    name: "subprotocol refused",
    pattern:
      /Sec-WebSocket-Protocol|sent no subprotocol|sent (an invalid|a) subprotocol|NegotiationError|no common subprotocol|requested .* protocol\(s\), but/i,
    example:
      "Error during WebSocket handshake: Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received",
    means:
      "Client and backend do not agree on a subprotocol: the client asked for one, and the backend chose none or another one. Browsers refuse such a connection, many other clients do not.",
    check:
      "The list of protocols in the client (second argument of WebSocket) and handleProtocols in the backend",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "client exhausted",
    pattern: /ERR_INSUFFICIENT_RESOURCES|Insufficient resources|exceed max (task|socket)/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_INSUFFICIENT_RESOURCES",
    means:
      "The page opened more WebSockets than its browser allows (255 in Chrome; 5 in a WeChat mini program): it opens new ones without closing old ones.",
    check: "Look for a page that connects in a loop, and closes nothing",
    worry: "Yes: it is an error in the client's code.",
  },
  {
    name: "used twice",
    pattern: /concurrent (write|read) (to|from) websocket|ConcurrencyError|already running recv/i,
    example: "panic: concurrent write to websocket connection",
    means:
      "Two parts of the same program read or write on one connection at a time, which its library does not allow.",
    check: "One reader and one writer a connection: a queue, a lock, or a task that does all the writing",
    worry: "Yes: it is an error in that program, and often ends it.",
  },
  {
    name: "slow reader",
    pattern: /Write buffer is full|buffer (limit|size) exceeded|backpressure|bufferedAmount/i,
    example: "Error: Write buffer is full",
    means:
      "One side sends faster than the other reads or the network carries, and its buffer for this connection is full.",
    check: "Send less, or skip messages that are out of date, while bufferedAmount grows",
    worry: "No, for one client on a slow network. Yes, if it is most of them.",
  },
  {
    name: "client cannot",
    pattern: /Protocol "wss?" not supported|wss? is not supported by this client/i,
    example: 'curl: (1) Protocol "wss" not supported, or disabled in libcurl',
    means:
      "This client was built without WebSockets (curl has them from 8.11 on, or where they were switched on).",
    check: "npx wscat -c ADDRESS, or curl with https:// and the Upgrade headers: curl -i -N --http1.1 …",
    worry: "No: it is the client's own.",
  },
];
