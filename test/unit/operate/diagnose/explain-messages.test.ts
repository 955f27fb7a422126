import { expect, test } from "vitest";
import { explain, explanationText, nearest } from "../../../../operate/diagnose/explain/explain.ts";
import { messages } from "../../../../operate/diagnose/explain/messages.ts";

/** A message as it is pasted, and the meaning it must get. */
const pasted: Record<string, readonly (readonly [message: string, name: string])[]> = {
  "close codes": [
    ["CloseEvent { code: 1000, reason: '' }", "normal closure"],
    ["websocket: close 1001 (going away)", "restart"],
    ["received 1003 (unsupported data)", "unsupported data"],
    ["close 1004", "reserved code"],
    ["closed with 1005", "no code"],
    ["close code 1007", "not UTF-8"],
    ["code=1008 reason=policy", "unauthorized"],
    ["websockets.exceptions.ConnectionClosedError: sent 1009 (message too big)", "message too big"],
    ["close 1010", "extension missing"],
    ["received 1011 (internal error)", "internal error"],
    ["close 1012", "restart"],
    ["1013 try again later", "full"],
    ["close 1014", "gateway's close"],
    ["CloseEvent {code: 1015}", "TLS close"],
    ["WebSocket closed: code 3000", "library's code"],
    ["onclose 4001 kicked", "application's code"],
  ],
  "protocols above WebSocket": [
    ['{"code":1,"message":"Session ID unknown"}', "socket.io: session unknown"],
    ['{"code":5,"message":"Unsupported protocol version"}', "socket.io: wrong version"],
    ['{"code":0,"message":"Transport unknown"}', "socket.io: bad handshake"],
    ["connect_error Error: Invalid namespace", "socket.io: namespace"],
    ["disconnected: io server disconnect", "socket.io: server disconnected"],
    ["disconnected: io client disconnect", "socket.io: client disconnected"],
    ["disconnected: transport close", "socket.io: transport ended"],
    ["connect_error Error: xhr poll error", "socket.io: transport ended"],
    ["disconnected: ping timeout", "ping unanswered"],
    ["disconnected: parse error", "parse error"],
    ["disconnected: server shutting down", "socket.io: server is stopping"],
    ["4400: Invalid message", "graphql-ws: bad request"],
    ["Socket closed with event 4401 Unauthorized", "graphql-ws: unauthorized"],
    ["Socket closed with event 4403 Forbidden", "graphql-ws: unauthorized"],
    ["4406: Subprotocol not acceptable", "graphql-ws: subprotocol"],
    ["Socket closed with event 4408 Connection initialisation timeout", "graphql-ws: init timeout"],
    ["4409: Subscriber for 1 already exists", "graphql-ws: twice"],
    ["Socket closed with event 4429 Too many initialisation requests", "graphql-ws: twice"],
    ["Socket closed with event 4499 Terminated", "graphql-ws: ended"],
    ["Error: Connection refused: Not authorized", "MQTT: refused login"],
    ["Connection Refused: not authorised. rc=5", "MQTT: refused login"],
    ["Error: Connection refused: Bad username or password", "MQTT: refused login"],
    ["Connection refused: Identifier rejected", "MQTT: client identifier"],
    ["disconnected, reason code 142 (Session taken over)", "MQTT: client identifier"],
    ["Connection refused: Server unavailable", "MQTT: broker busy"],
    ["Connection refused: Unacceptable protocol version", "MQTT: protocol version"],
  ],
  "HTTP answers": [
    ["Unexpected server response: 413", "request too large"],
    ["Unexpected response code: 429", "full"],
    ["HTTP/1.1 431 Request Header Fields Too Large", "request too large"],
    ["Unexpected server response: 500", "server error"],
    ["Unexpected server response: 503", "full"],
    ["Unexpected server response: 504", "gateway timeout"],
    ["Unexpected response code: 520", "Cloudflare: origin down"],
    ["Unexpected response code: 522", "Cloudflare: origin down"],
    ["Unexpected response code: 525", "Cloudflare: origin's TLS"],
    ["Unexpected response code: 526", "Cloudflare: origin's TLS"],
    ["Unexpected response code: 530", "Cloudflare: origin down"],
  ],
  "what a CA answers": [
    [
      "Type:   unauthorized\n  Detail: Non-200 status code from HTTP: http://a.example:80/.well-known/acme-challenge/x returned 403",
      "ACME: forbidden page",
    ],
    [
      "Type: unauthorized Detail: 203.0.113.7: Invalid response from http://a.example/.well-known/acme-challenge/x: 403",
      "ACME: forbidden page",
    ],
    [
      '{"type":"urn:ietf:params:acme:error:unauthorized","detail":"203.0.113.7: Invalid response from http://a.example/.well-known/acme-challenge/x: 404","status":403}',
      "ACME: wrong answer",
    ],
    [
      'Type:   connection\n  Detail: Get "http://a.example:80/.well-known/acme-challenge/x": dial tcp 203.0.113.7:80: connect: connection refused',
      "ACME: not reached",
    ],
    [
      'Type:   connection\n  Detail: Get "http://a.example:80/.well-known/acme-challenge/x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      "ACME: not reached",
    ],
    [
      'Type:   connection\n  Detail: Get "http://a.example:80/.well-known/acme-challenge/x": could not resolve URL "http://a.example:80/.well-known/acme-challenge/x"',
      "ACME: DNS",
    ],
    [
      'too many failed authorizations (5) for "a.example" in the last 1h0m0s, retry after 2026-11-30 12:00:00 UTC',
      "ACME: rate limited",
    ],
    [
      '{"type":"urn:ietf:params:acme:error:caa","detail":"CAA record for a.example prevents issuance"}',
      "ACME: CAA",
    ],
    ['Order includes unrecognized profile name "nope"', "ACME: profile"],
    ['Profile "classic" does not permit ip type identifiers', "ACME: names refused"],
    ["urn:ietf:params:acme:error:externalAccountRequired", "ACME: account"],
    ["acme: error: 500 :: urn:ietf:params:acme:error:serverInternal", "ACME: other"],
  ],
  browsers: [
    [
      "Refused to connect to 'wss://geo.example/ws' because it violates the following Content Security Policy directive: \"connect-src 'self'\".",
      "content security policy",
    ],
    [
      "Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at ws://geo.example/ws",
      "content security policy",
    ],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_CONNECTION_CLOSED", "hang-up"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_NETWORK_CHANGED", "network changed"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_INTERNET_DISCONNECTED", "network changed"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_NETWORK_IO_SUSPENDED", "network changed"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_ADDRESS_UNREACHABLE", "no route"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_TUNNEL_CONNECTION_FAILED", "proxy"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_PROXY_CONNECTION_FAILED", "proxy"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_INVALID_HTTP_RESPONSE", "not HTTP"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_INSUFFICIENT_RESOURCES", "client exhausted"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_BLOCKED_BY_CLIENT", "blocked by the browser"],
    ["WebSocket connection to 'wss://a/ws' failed: net::ERR_HTTP2_PROTOCOL_ERROR", "not HTTP"],
    [
      "Uncaught InvalidStateError: Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.",
      "send too early",
    ],
    ["WebSocket is already in CLOSING or CLOSED state.", "send too late"],
    [
      "WebSocket connection to 'ws://a/ws' failed: Error during WebSocket handshake: Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received",
      "subprotocol refused",
    ],
    [
      "SyntaxError: Failed to construct 'WebSocket': The URL's scheme must be either 'ws' or 'wss'. 'ftp' is not allowed.",
      "invalid address",
    ],
  ],
  "phones and libraries": [
    [
      "java.net.UnknownServiceException: CLEARTEXT communication to 203.0.113.7 not permitted by network security policy",
      "cleartext forbidden",
    ],
    [
      "java.security.cert.CertPathValidatorException: Trust anchor for certification path not found.",
      "certificate",
    ],
    ["java.net.ProtocolException: Expected HTTP 101 response but was '200 OK'", "no upgrade"],
    ["java.net.ProtocolException: Expected HTTP 101 response but was '502 Bad Gateway'", "bad gateway"],
    [
      "java.net.SocketTimeoutException: sent ping but didn't receive pong within 10000ms (after 3 successful ping/pongs)",
      "ping unanswered",
    ],
    ["java.io.EOFException at okio.RealBufferedSource.require", "hang-up"],
    [
      'java.net.UnknownHostException: Unable to resolve host "geo.example": No address associated with hostname',
      "name not found",
    ],
    [
      "The resource could not be loaded because the App Transport Security policy requires the use of a secure connection.",
      "cleartext forbidden",
    ],
    ['Error Domain=NSURLErrorDomain Code=-1001 "The request timed out."', "timeout"],
    ["NSURLErrorDomain error -1003.", "name not found"],
    ['Error Domain=NSURLErrorDomain Code=-1004 "Could not connect to the server."', "refused"],
    ["Error Domain=NSURLErrorDomain Code=-1005", "cut"],
    ['Error Domain=NSURLErrorDomain Code=-1009 "The Internet connection appears to be offline."', "no route"],
    ["Error Domain=NSURLErrorDomain Code=-1022", "cleartext forbidden"],
    ["Error Domain=NSURLErrorDomain Code=-1200", "TLS cut"],
    ["Error Domain=NSURLErrorDomain Code=-1202", "certificate"],
    ['Error Domain=NSPOSIXErrorDomain Code=57 "Socket is not connected"', "send too late"],
    ["The operation couldn’t be completed. (OSStatus error -9807.)", "certificate"],
    ["CFNetwork SSLHandshake failed (-9806)", "TLS cut"],
    ['{"errMsg":"connectSocket:fail url not in domain list"}', "WeChat's domain list"],
    [
      "WebSocketException: Connection to 'http://203.0.113.7:80/ws#' was not upgraded to websocket",
      "no upgrade",
    ],
    [
      "SocketException: Failed host lookup: 'geo.example' (OS Error: No address, errno = 7)",
      "name not found",
    ],
    ["HandshakeException: Handshake error in client (OS Error: CERTIFICATE_VERIFY_FAILED)", "certificate"],
    [
      "System.Net.WebSockets.WebSocketException (0x80004005): The server returned status code '502' when status code '101' was expected.",
      "bad gateway",
    ],
    [
      "System.Net.WebSockets.WebSocketException: The remote party closed the WebSocket connection without completing the close handshake.",
      "cut",
    ],
    [
      "No connection could be made because the target machine actively refused it. (203.0.113.7:80)",
      "refused",
    ],
    ["websocket: bad handshake", "refused handshake"],
    ["websocket: close 1006 (abnormal closure): unexpected EOF", "cut"],
    ["failed to WebSocket dial: expected handshake response status code 101 but got 502", "bad gateway"],
    ["failed to get reader: failed to read frame header: EOF", "hang-up"],
    ["dial tcp 203.0.113.7:80: i/o timeout", "timeout"],
    ["tls: failed to verify certificate: x509: certificate signed by unknown authority", "certificate"],
    ["tls: first record does not look like a TLS handshake", "plain on a TLS port"],
    ["read limited at 32769 bytes", "message too big"],
    ["HTTP error: 502 Bad Gateway", "bad gateway"],
    ["WebSocket protocol error: Connection reset without closing handshake", "hang-up"],
    ["Space limit exceeded: Message too long: 70000000 > 67108864", "message too big"],
    ["URL error: TLS support not compiled in", "TLS support missing"],
    ["IO error: invalid peer certificate: UnknownIssuer", "certificate"],
    ["websockets.exceptions.InvalidURI: htp://a isn't a valid URI", "invalid address"],
    ["websockets.exceptions.InvalidMessage: did not receive a valid HTTP response", "not HTTP"],
    [
      "aiohttp.client_exceptions.WSServerHandshakeError: 502, message='Invalid response status'",
      "bad gateway",
    ],
    ["aiohttp.client_exceptions.ServerDisconnectedError: Server disconnected", "hang-up"],
    ["Handshake status 404 Not Found", "not found"],
    ["Invalid status code received: 502 Status line: HTTP/1.1 502 Bad Gateway", "bad gateway"],
    ["org.java_websocket.exceptions.WebsocketNotConnectedException", "send too late"],
    ["curl: (22) Refused WebSocket upgrade: 502", "bad gateway"],
    ["curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to geo.example:443", "TLS cut"],
    ["error: Unexpected server response: 503", "full"],
  ],
  sockets: [
    ["Error: connect EHOSTUNREACH 203.0.113.7:80", "no route"],
    ["Error: connect ENETUNREACH 2001:db8::7:80", "no route"],
    ["Error: write EPIPE", "written too late"],
    ["Error: listen EADDRINUSE: address already in use 127.0.0.1:3000", "port taken"],
    ["Error: accept EMFILE", "nginx: open files"],
    ["Error: connect ETIMEDOUT 203.0.113.7:443", "timeout"],
    ["Error: Client network socket disconnected before secure TLS connection was established", "TLS cut"],
  ],
  servers: [
    [
      "upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.9",
      "nginx: upstream ended",
    ],
    ["upstream sent too big header while reading response header from upstream", "nginx: header too big"],
    ["768 worker_connections are not enough", "nginx: worker_connections"],
    ["accept4() failed (24: Too many open files)", "nginx: open files"],
    ["socket() [::]:80 failed (97: Address family not supported by protocol)", "nginx: no IPv6"],
    ['broken header: "GET /ws" while reading PROXY protocol', "nginx: PROXY protocol"],
    ["connect() failed (111: Connection refused) while connecting to upstream", "nginx: backend refused"],
    ["no live upstreams while connecting to upstream", "nginx: backend refused"],
    [
      "upstream timed out (110: Connection timed out) while proxying upgraded connection",
      "nginx: silent upgrade",
    ],
    [
      "upstream timed out (110: Connection timed out) while reading response header from upstream",
      "nginx: slow backend",
    ],
    [
      "recv() failed (104: Connection reset by peer) while proxying upgraded connection",
      "nginx: cut while open",
    ],
    ["bind() to 0.0.0.0:80 failed (98: Address already in use)", "port taken"],
    ["[PM2][ERROR] Process or Namespace geo-backend not found", "pm2: not found"],
    ['Script server.js had too many unstable restarts (16). Stopped. "errored"', "pm2: gave up"],
    ["App [geo-backend:0] exited with code [1] via signal [SIGINT]", "pm2: exited"],
    ["connect EACCES /home/ubuntu/.pm2/rpc.sock", "pm2: no daemon"],
    ["Error: Cannot find module 'ws'", "module missing"],
    ["JavaScript heap out of memory", "out of memory"],
    ["ubuntu@203.0.113.7: Permission denied (publickey).", "ssh: no key accepted"],
    ["Host key verification failed.", "ssh: host key"],
    ["kex_exchange_identification: Connection closed by remote host", "ssh: closed early"],
    [
      "ssh: handshake failed: ssh: no common algorithm for host key; we offered: [ssh-rsa]",
      "ssh: host key type",
    ],
  ],
};

for (const [group, cases] of Object.entries(pasted)) {
  test.each(cases)(`${group}: %s`, (message, name) => {
    expect(explain(message)?.name).toBe(name);
  });
}

test.each(messages.map(({ example, name }) => [example, name]))("its own example %s", (example, name) => {
  expect(explain(example)?.name).toBe(name);
});

test("a message that is not known is answered with the nearest one, and with what finds out", () => {
  const message = "Error: opening handshake took forever";
  expect(explain(message)).toBeUndefined();
  expect(nearest(message)?.name).toBe("handshake timeout");
  expect(explanationText(message)).toMatch(
    /not known\.\n {2}nearest: “Error: Opening handshake has timed out”/,
  );
  expect(explanationText(message)).toMatch(/check: npm run diagnose/);
});

test("words that have nothing in common with any message get no nearest one", () => {
  expect(nearest("TypeError: x is not a function")).toBeUndefined();
});
