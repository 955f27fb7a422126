import { diagnose, type Meaning, nobodyConnects, ownAddress } from "./meaning.ts";

/** What a browser or its page does by itself, before or instead of a connection. */
export const browser: readonly Meaning[] = [
  {
    name: "closed while connecting",
    pattern:
      /closed before the connection (is|was) established|interrupted while the page was loading|The operation is insecure.*unload|ERR_ABORTED/i,
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
      /insecure WebSocket connection may not be initiated|Mixed (active )?Content|SecurityError.*WebSocket|blocked.*insecure content|ERR_BLOCKED_BY_MIXED|operation is insecure/i,
    example: "An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.",
    means: "A page that came by https may not use ws://: the browser forbids it before anything is sent.",
    check: "Use the wss:// address in the page: npm run -s pulumi -- stack output wssUrl",
    worry: "Yes: no such page can connect until its address is changed.",
  },
  {
    name: "private network",
    pattern: /LOCAL_NETWORK_ACCESS|PRIVATE_NETWORK_ACCESS|(local|private) network access/i,
    example: "net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS",
    means:
      "A page from the public internet may speak with an address of the user's own network (10.…, 192.168.…, localhost) only with the user's permission; nothing was sent.",
    check:
      "The address in the page: is it meant to be a private one? Else allow it beside the page's address",
    worry: "Yes, if the page is a public one: it must use the public address.",
  },
  {
    name: "unsafe port",
    pattern: /ERR_UNSAFE_PORT|port \d+ (is )?blocked/i,
    example: "WebSocket connection to 'ws://geo.example:6000/ws' failed: net::ERR_UNSAFE_PORT",
    means: "Browsers refuse some ports, whatever listens there (6000, 6665–6669, 10080 and others).",
    check: "Use 80 or 443, which nginx serves",
    worry: ownAddress,
  },
  {
    name: "blocked by the browser",
    pattern: /ERR_BLOCKED_BY|ERR_NETWORK_ACCESS_DENIED|blocked by (CORS|client|the client)/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_BLOCKED_BY_CLIENT",
    means:
      "An extension (an ad or privacy blocker), a rule of the company's browser, or a program that guards the user's machine stopped it; nothing was sent.",
    check: "Try a private window without extensions",
    worry: "No, for one user. Yes, if a common blocker has your address on its list.",
  },
  {
    name: "network changed",
    pattern: /ERR_NETWORK_CHANGED|ERR_INTERNET_DISCONNECTED|ERR_NETWORK_IO_SUSPENDED|due to suspension/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_NETWORK_CHANGED",
    means: "The user's machine changed or lost its network, or slept.",
    check: "Nothing: the client connects again once there is a network",
    worry: "No.",
  },
  {
    name: "proxy",
    pattern:
      /ERR_TUNNEL_CONNECTION_FAILED|ERR_PROXY_|ERR_SOCKS_|CONNECT via proxy|\b407\b|Proxy Authentication Required|CONNECT tunnel failed/i,
    example: "WebSocket connection to 'wss://geo.example/ws' failed: net::ERR_TUNNEL_CONNECTION_FAILED",
    means: "The proxy of the user's network did not let the connection through.",
    check: "Try without the proxy, or from another network; wss:// on port 443 passes most proxies",
    worry: "No for the service. Yes for users of that network.",
  },
  {
    name: "not HTTP",
    pattern:
      /ERR_INVALID_HTTP_RESPONSE|ERR_HTTP2_PROTOCOL_ERROR|ERR_QUIC_PROTOCOL_ERROR|stream was reset: PROTOCOL_ERROR|curl: \(92\)|did not receive a valid HTTP response|HTTP format error|malformed HTTP (response (?!"\\x15)|status)|Parse Error: Expected HTTP|Received HTTP\/0\.9/i,
    example: "WebSocket connection to 'ws://geo.example/ws' failed: net::ERR_INVALID_HTTP_RESPONSE",
    means:
      "What answered is not an HTTP/1.1 server: another program has that port, or a proxy answers by HTTP/2, over which nginx carries no WebSocket.",
    check: diagnose,
    worry: nobodyConnects,
  },
];
