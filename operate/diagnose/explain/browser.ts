import { diagnose, type Meaning, nobodyConnects, ownAddress } from "./meaning.ts";

/** What a browser or its page does by itself, before or instead of a connection. */
export const browser: readonly Meaning[] = [
  {
    name: "closed while connecting",
    pattern:
      /closed before the connection (is|was) established|interrupted while the page was loading|The operation is insecure.*unload/i,
    example: "WebSocket is closed before the connection is established.",
    means:
      "The page itself closed the connection while it was being made: it was left, reloaded, or its code called close(). Flaky networks and React's strict mode do that as well.",
    check: "Nothing. If the page's status stays offline: npm run diagnose",
    worry: "No. It is harmless: the client connects again by itself.",
  },
  {
    name: "content security policy",
    pattern: /Content[- ]Security[- ]Policy/i,
    example:
      "Refused to connect to 'wss://geo.example/ws' because it violates the following Content Security Policy directive: \"connect-src 'self'\".",
    means:
      "The page's own Content-Security-Policy does not allow this address; nothing was sent. `'self'` covers ws:// and wss:// of the same host only in newer browsers.",
    check: "Add the address to connect-src in the page's header or <meta>: connect-src 'self' wss://HOST",
    worry: "Yes: no such page can connect until its policy is changed.",
  },
  {
    name: "mixed content",
    pattern:
      /insecure WebSocket connection may not be initiated|Mixed Content|SecurityError.*WebSocket|blocked.*insecure content|ERR_BLOCKED_BY_MIXED/i,
    example: "An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.",
    means: "A page that came by https may not use ws://: the browser forbids it before anything is sent.",
    check: "Use the wss:// address in the page: npm run -s pulumi -- stack output wssUrl",
    worry: "Yes: no such page can connect until its address is changed.",
  },
  {
    name: "blocked by the browser",
    pattern: /ERR_BLOCKED_BY|blocked by (CORS|client|the client)/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_BLOCKED_BY_CLIENT",
    means:
      "An extension (an ad or privacy blocker) or a rule of the company's browser stopped it; nothing was sent.",
    check: "Try a private window without extensions",
    worry: "No, for one user. Yes, if a common blocker has your address on its list.",
  },
  {
    name: "invalid address",
    pattern:
      /URL's scheme must be|scheme must be|invalid or illegal string|contains a fragment|Failed to construct 'WebSocket': The URL|Invalid URL|InvalidURI|isn.t a valid URI|unsupported (URL )?scheme|malformed ws or wss/i,
    example:
      "Failed to construct 'WebSocket': The URL's scheme must be either 'ws' or 'wss'. 'htp' is not allowed.",
    means:
      "The address is no WebSocket address: another scheme than ws:// or wss://, a blank, or a part after `#`.",
    check: "Compare it with: npm run -s pulumi -- stack output wssUrl",
    worry: ownAddress,
  },
  {
    name: "send too early",
    pattern: /Still in CONNECTING state|readyState 0|not open: readyState 0|InvalidStateError.*send/i,
    example: "Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.",
    means:
      "The client's code sends before the connection is open. The message is lost; the connection is not.",
    check: "Send in the `open` event, or keep messages until then",
    worry: "Yes: it is an error in the client's code.",
  },
  {
    name: "send too late",
    pattern:
      /already in CLOSING or CLOSED|not open: readyState [23]|WebsocketNotConnectedException|Trying to work with closed connection|use of closed network connection|Socket is not connected|WebSocket is not (open|connected)/i,
    example: "WebSocket is already in CLOSING or CLOSED state.",
    means:
      "The client's code sends on a connection that has ended; why it ended was told before, in its `close` event.",
    check: "Look at the close code before this message, and explain that",
    worry: "No, if the client connects again and sends then. Yes, if messages are lost.",
  },
  {
    name: "subprotocol refused",
    pattern:
      /Sec-WebSocket-Protocol|sent no subprotocol|sent (an invalid|a) subprotocol|NegotiationError|no common subprotocol/i,
    example:
      "Error during WebSocket handshake: Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received",
    means:
      "Client and backend do not agree on a subprotocol: the client asked for one, and the backend chose none or another one. Browsers refuse such a connection, many other clients do not.",
    check:
      "The list of protocols in the client (second argument of WebSocket) and handleProtocols in the backend",
    worry: "Yes: no such client can connect.",
  },
  {
    name: "network changed",
    pattern:
      /ERR_NETWORK_CHANGED|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_IO_SUSPENDED|due to suspension|ERR_NETWORK_ACCESS_DENIED/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_NETWORK_CHANGED",
    means: "The user's machine changed or lost its network, or slept.",
    check: "Nothing: the client connects again once there is a network",
    worry: "No.",
  },
  {
    name: "proxy",
    pattern:
      /ERR_TUNNEL_CONNECTION_FAILED|ERR_PROXY_|\b407\b|Proxy Authentication Required|CONNECT tunnel failed/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_TUNNEL_CONNECTION_FAILED",
    means: "The proxy of the user's network did not let the connection through.",
    check: "Try without the proxy, or from another network; wss:// on port 443 passes most proxies",
    worry: "No for the service. Yes for users of that network.",
  },
  {
    name: "client exhausted",
    pattern: /ERR_INSUFFICIENT_RESOURCES|Insufficient resources/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_INSUFFICIENT_RESOURCES",
    means:
      "The page opened more WebSockets than the browser allows (255 in Chrome): it opens new ones without closing old ones.",
    check: "Look for a page that connects in a loop, and closes nothing",
    worry: "Yes: it is an error in the client's code.",
  },
  {
    name: "not HTTP",
    pattern:
      /ERR_INVALID_HTTP_RESPONSE|ERR_HTTP2_PROTOCOL_ERROR|did not receive a valid HTTP response|HTTP format error|malformed HTTP (response|status)|Parse Error: Expected HTTP|Received HTTP\/0\.9/i,
    example: "WebSocket connection to 'ws://geo.example/ws' failed: net::ERR_INVALID_HTTP_RESPONSE",
    means:
      "What answered is not an HTTP/1.1 server: another program has that port, or a proxy answers by HTTP/2, over which nginx carries no WebSocket.",
    check: diagnose,
    worry: nobodyConnects,
  },
];
