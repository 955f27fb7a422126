import { diagnose, type Meaning } from "./meaning.ts";

/** Lines of nginx's logs that concern a client's side of it. */
export const nginxClients: readonly Meaning[] = [
  {
    name: "nginx: PROXY protocol",
    pattern: /broken header: .*PROXY protocol|while reading PROXY protocol|PROXY protocol/i,
    example: 'broken header: "GET /ws HTTP/1.1" while reading PROXY protocol',
    means:
      "One side speaks the PROXY protocol and the other does not: a load balancer that sends it to a plain `listen`, or clients that come directly to a `listen … proxy_protocol`.",
    check: "Switch it on at both ends, or at neither",
    worry: "Yes: no client connects that way.",
  },
  {
    name: "nginx: limited",
    pattern: /limiting (connections|requests)/i,
    example: 'limiting connections by zone "perip", client: 203.0.113.9',
    means:
      "nginx refuses clients by a limit_conn or limit_req of this host's configuration; many users of one office share an address.",
    check: "grep -rn 'limit_conn\\|limit_req' /etc/nginx, on the host",
    worry: "Yes, where WebSockets are counted.",
  },
  {
    name: "nginx: rule forbids",
    pattern: /access forbidden by rule/i,
    example: "access forbidden by rule, client: 203.0.113.9",
    means: "A `deny` in nginx's configuration keeps the client's address out. The client saw 403.",
    check: "grep -rn 'deny\\|allow' /etc/nginx, on the host",
    worry: "Yes, if it is one of your users.",
  },
  {
    name: "nginx: temporary file",
    pattern: /is buffered to a temporary file|nginx\/(proxy|body|client_body)[^"]*" failed/i,
    example: "an upstream response is buffered to a temporary file",
    means:
      "nginx keeps a large answer, or a large body, in a file while it passes it on. No WebSocket is meant. Where it `failed`, nginx's user may not write there, and the answer is cut.",
    check: "Nothing; where it failed: ls -ld /var/lib/nginx/* on the host, which belong to www-data",
    worry: "No, unless it failed.",
  },
  {
    name: "nginx: served as a file",
    pattern: /open\(\) "[^"]+(?<!\.pid)" failed \((2|20|13): |directory index of "[^"]+" is forbidden/i,
    example: 'open() "/var/www/html/ws" failed (2: No such file or directory), request: "GET /ws HTTP/1.1"',
    means:
      "nginx looked for a file instead of passing the request to the backend: the path has a typo, or another site or location answers. The client saw 404 or 403.",
    check: diagnose,
    worry: "Yes, if the path in the line is the WebSocket's.",
  },
  {
    name: "client left",
    pattern:
      /client prematurely closed connection|client closed (keepalive )?connection|HTTP\/1\.[01]" 499 |\b(status|response)[^\d]{0,12}499\b/i,
    example: "client prematurely closed connection, so upstream connection is closed too",
    means:
      "The client went away before it had an answer: the page was left, or its own time-out was shorter than the backend took. nginx writes 499.",
    check: "Nothing, if it is rare. If many: the third number after the request is how long the backend took",
    worry: "No, for single ones. Yes, if most handshakes end like this.",
  },
  {
    name: "upgraded",
    pattern: /HTTP\/1\.1" 101 |101 Switching Protocols/i,
    example: '203.0.113.9 - - "GET /ws HTTP/1.1" 101 2034',
    means:
      "The upgrade succeeded. nginx writes the line when the connection has ended; this site's log has how many seconds it lasted after the bytes.",
    check: "Nothing",
    worry: "No.",
  },
  {
    name: "nginx: strange client",
    pattern: /client sent (invalid|HTTP\/1\.1 request without) /i,
    example: "client sent invalid request while reading client request line",
    means:
      "Something that is no HTTP came to the port: a scanner, or a client that speaks TLS (wss://) to the plain port.",
    check: "The client's address in the line; for your own clients compare scheme and port",
    worry: "No, unless it is one of your own clients.",
  },
];
