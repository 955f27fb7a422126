import { createServer, type OutgoingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { failureOf, statuses } from "./support/failing.ts";
import { type Listening, listen } from "./support/listen.ts";

const site = "ssh ubuntu@host sudo geo-system site check";
const logs = "ssh ubuntu@host pm2 logs geo-backend --lines 20 --nostream";
const errors = "ssh ubuntu@host sudo tail -n 20 /var/log/nginx/error.log";

function answering(status: number, headers: OutgoingHttpHeaders = {}, body = ""): Promise<Listening> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body));
  server.on("upgrade", (request, socket) => {
    socket.write(`HTTP/1.1 ${status} Whatever\r\nConnection: close\r\n`);
    for (const [name, value] of Object.entries(headers)) socket.write(`${name}: ${value}\r\n`);
    socket.end(`\r\n${body.replace("TOKEN", request.url ?? "")}`);
  });
  return listen(server);
}

const answers: [number, OutgoingHttpHeaders, string, string, string][] = [
  [
    200,
    {},
    "<html>a page</html>",
    "a page came instead of an upgrade (200): the location of /ws is wrong, or a single-page application's fallback answers",
    site,
  ],
  [
    301,
    { location: "https://host/ws" },
    "",
    "redirected to https://host/ws (301): this host wants TLS",
    `use wss://; this package serves both: ${site}`,
  ],
  [302, { location: "/login" }, "", "redirected to /login (302), and WebSocket clients do not follow", site],
  [
    400,
    {},
    "<html><center>The plain HTTP request was sent to HTTPS port</center></html>",
    "a plain connection came to a TLS port (400)",
    "use wss:// for this port",
  ],
  [
    400,
    {},
    "",
    "the request was refused (400): the WebSocket is on another path than /ws, this is a TLS port, or something on the way spoiled the Sec-WebSocket headers",
    site,
  ],
  [
    401,
    {},
    '{"code":"expired"}',
    'the token was refused (401): it has expired, or was signed with another secret than the backend\'s; it says: {"code":"expired"}',
    logs,
  ],
  [403, {}, "", "refused (403): the backend or nginx does not like the Origin or the address", errors],
  [404, {}, "", "/ws is not there (404): wrong server_name or location, or the backend's own router", site],
  [
    426,
    {},
    "Upgrade Required",
    "the backend saw no upgrade (426): nginx does not forward the Upgrade and Connection headers",
    site,
  ],
  [429, {}, "", "no room for another connection (429): a limit of nginx or of the backend", logs],
  [
    500,
    {},
    "",
    "the server failed (500): nginx is out of file descriptors, or the backend threw an error",
    errors,
  ],
  [
    502,
    {},
    "",
    "nginx cannot reach the backend (502): it is down, it closed the connection, or ports ran out",
    `ssh ubuntu@host pm2 status; ${logs}; ${errors}`,
  ],
  [503, {}, "", "no room for another connection (503): a limit of nginx or of the backend", logs],
  [504, {}, "", "the backend accepted the connection and never answered (504)", logs],
  [418, {}, "a <b>tea</b>pot", "an unexpected answer (418); it says: a tea pot", errors],
];

test.each(answers)("fails at upgrade if the answer is %i %o", async (status, headers, body, cause, next) => {
  await using server = await answering(status, headers, body);
  const failure = await failureOf(`ws://127.0.0.1:${server.port}/ws`);
  expect(failure.hop).toBe("upgrade");
  expect(failure.cause).toBe(cause);
  expect(failure.next).toBe(next);
  expect(statuses(failure.report)).toBe("name ok, tcp ok, upgrade fail");
});

test("fails at upgrade if the accept key is wrong", async () => {
  const server = createServer();
  server.on("upgrade", (_, socket) =>
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
    ),
  );
  await using middlebox = await listen(server);
  const { hop, cause } = await failureOf(`ws://127.0.0.1:${middlebox.port}/ws`);
  expect(hop).toBe("upgrade");
  expect(cause).toBe("the answer is no WebSocket: Invalid Sec-WebSocket-Accept header");
});

test("a page that never ends does not hold the proof", async () => {
  const server = createServer();
  server.on("upgrade", (_, socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
  await using slow = await listen(server);
  const { cause } = await failureOf(`ws://127.0.0.1:${slow.port}/ws`);
  expect(cause).toMatch(/\(200\)/);
});
