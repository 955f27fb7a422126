import { expect, test } from "vitest";
import { explain, explanationText } from "../../../../operate/diagnose/explain/explain.ts";

test.each([
  [
    "Chrome",
    "WebSocket connection to 'ws://203.0.113.7/ws' failed: WebSocket is closed before the connection is established.",
    "closed while connecting",
  ],
  ["Chrome", "WebSocket connection to 'ws://203.0.113.7/ws?token=x' failed: ", "failed"],
  [
    "Chrome",
    "WebSocket connection to 'ws://203.0.113.7/ws' failed: Error in connection establishment: net::ERR_CONNECTION_REFUSED",
    "refused",
  ],
  [
    "Chrome",
    "WebSocket connection to 'ws://203.0.113.7:502/ws' failed: Error in connection establishment: net::ERR_CONNECTION_TIMED_OUT",
    "timeout",
  ],
  [
    "Chrome",
    "WebSocket connection to 'ws://geo.example/ws' failed: Error during WebSocket handshake: Unexpected response code: 502",
    "bad gateway",
  ],
  [
    "Chrome",
    "WebSocket connection to 'ws://geo.example/ws' failed: Error during WebSocket handshake: Unexpected response code: 200",
    "no upgrade",
  ],
  [
    "Chrome",
    "WebSocket connection to 'wss://203.0.113.7/ws' failed: Error in connection establishment: net::ERR_CERT_AUTHORITY_INVALID",
    "certificate",
  ],
  [
    "Chrome",
    "Mixed Content: The page at 'https://a/' was loaded over HTTPS, but attempted to connect to the insecure WebSocket endpoint 'ws://a/ws'.",
    "mixed content",
  ],
  ["Firefox", "Blocked loading mixed active content “ws://geo.example/ws”", "mixed content"],
  ["Firefox", "Uncaught DOMException: The operation is insecure.", "mixed content"],
  [
    "Safari",
    "[blocked] The page at https://geo.example/ was not allowed to run insecure content from ws://geo.example/ws.",
    "mixed content",
  ],
  [
    "Chrome",
    "Failed to construct 'WebSocket': An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.",
    "mixed content",
  ],
  [
    "Firefox",
    "The connection to ws://203.0.113.7/ws was interrupted while the page was loading.",
    "closed while connecting",
  ],
  ["Firefox", "Firefox can’t establish a connection to the server at ws://203.0.113.7/ws.", "failed"],
  [
    "Safari",
    "WebSocket connection to 'ws://203.0.113.7/ws' failed: WebSocket is closed due to suspension.",
    "network changed",
  ],
  [
    "Safari",
    "WebSocket connection to 'ws://203.0.113.7/ws' failed: Could not connect to the server.",
    "refused",
  ],
  [
    "Safari",
    "WebSocket connection to 'wss://203.0.113.7/ws' failed: The certificate for this server is invalid. You might be connecting to a server that is pretending to be",
    "certificate",
  ],
  ["Node", "Error: connect ECONNREFUSED 203.0.113.7:80", "refused"],
  ["Node", "Error: Unexpected server response: 426", "no upgrade"],
  ["Node", "Error: Unexpected server response: 400", "bad request"],
  [
    "Chrome",
    "WebSocket connection to 'ws://geo.example/' failed: Error during WebSocket handshake: Unexpected response code: 400",
    "bad request",
  ],
  ["curl", "< HTTP/1.1 400 The plain HTTP request was sent to HTTPS port", "plain on a TLS port"],
  ["Node", "Error: unable to verify the first certificate", "certificate"],
  ["Node", "Error: self-signed certificate in certificate chain", "CA unknown to the client"],
  ["Node", "RangeError: Invalid WebSocket frame: RSV1 must be clear", "bad frame"],
  ["Node", "RangeError: Invalid WebSocket frame: invalid status code 1005", "bad frame"],
  ["Chrome", "WebSocket connection to 'ws://geo.example/ws' failed: Invalid frame header", "bad frame"],
  [
    "Python",
    "websockets.exceptions.ConnectionClosedError: sent 1011 (internal error) keepalive ping timeout; no close frame received",
    "ping unanswered",
  ],
  ["Python", "ConnectionRefusedError: [Errno 111] Connect call failed ('203.0.113.7', 80)", "refused"],
  ["Python", "TimeoutError: [Errno 110] Connect call failed ('203.0.113.7', 80)", "timeout"],
  ["Node", "Error: Unexpected server response: 401", "unauthorized"],
  ["Node", "Error: Unexpected server response: 301", "redirect"],
  ["Node", "Error: Opening handshake has timed out", "handshake timeout"],
  ["Node", "Error: socket hang up", "hang-up"],
  ["Node", "Error: getaddrinfo ENOTFOUND geo.exmaple", "name not found"],
  ["Node", "Error: WebSocket was closed before the connection was established", "closed while connecting"],
  [
    "Node",
    "Error: write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number",
    "plain on a TLS port",
  ],
  ["Node", "Error: Invalid Sec-WebSocket-Accept header", "bad accept key"],
  ["Node", "close 1012 the backend is restarting", "restart"],
  [
    "Python",
    "websockets.exceptions.InvalidStatus: server rejected WebSocket connection: HTTP 502",
    "bad gateway",
  ],
  ["Python", "websockets.exceptions.ConnectionClosedError: no close frame received or sent", "cut"],
  [
    "Python",
    "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
    "certificate",
  ],
  [
    "Python",
    "ConnectionRefusedError: [Errno 111] Connect call failed ('203.0.113.7', 80): Connection refused",
    "refused",
  ],
  ["Python", "TimeoutError: timed out during opening handshake", "handshake timeout"],
  [
    "curl",
    "curl: (7) Failed to connect to 203.0.113.7 port 80 after 1 ms: Couldn't connect to server",
    "refused",
  ],
  ["curl", "curl: (60) SSL certificate problem: unable to get local issuer certificate", "certificate"],
  ["curl", "curl: (52) Empty reply from server", "hang-up"],
  ["curl", "curl: (28) Failed to connect to 203.0.113.7 port 80 after 75002 ms", "timeout"],
  ["curl", "curl: (6) Could not resolve host: geo.example", "name not found"],
  ["curl", "< HTTP/1.1 504 Gateway Time-out", "gateway timeout"],
])("%s: %s", (_, message, name) => {
  expect(explain(message)?.name).toBe(name);
});

test.each([
  ["WebSocket is closed before the connection is established.", /worry: No\. It is harmless/],
  ["Error: unable to verify the first certificate", /stack output caCertificate > ca\.pem/],
  ["TimeoutError: timed out during opening handshake", /a firewall drops .* nginx or the backend is stuck/],
  ["Unexpected server response: 401", /nginx's own \(auth_basic\)/],
  ["TypeError: x is not a function", /^This message is not known\./],
])("%s says what to think of it", (message, words) => {
  expect(explanationText(message)).toMatch(words);
});
