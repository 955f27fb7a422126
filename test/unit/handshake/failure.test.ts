import { expect, test } from "vitest";
import { readFailure } from "../../../infra/handshake/failure.ts";
import { describeError, type Seen } from "../../../infra/handshake/seen.ts";

// What cannot be made on loopback in a moment; the rest is asserted on real connections in prove-*.test.ts.
const names = { ssh: "ssh -p 2222 ubuntu@203.0.113.10", application: "geo-backend" };
const read = (hop: string, seen: Omit<Seen, "url">, url = "ws://203.0.113.10/ws") =>
  readFailure(hop, { url, ...seen }, names);

test("a cut after exactly a minute is nginx's default timeout", () => {
  expect(read("ping", { closeCode: 1006, openMs: 60_030 })).toEqual({
    cause: "the connection was cut after 60 s (1006): proxy_read_timeout has its default of 60 s",
    next: "ssh -p 2222 ubuntu@203.0.113.10 sudo geo-system site check",
  });
});

test("a cut at another time is not", () => {
  expect(read("ping", { closeCode: 1006, openMs: 12_340, message: "Invalid WebSocket frame" }).cause).toBe(
    "the connection broke after 12.3 s (1006, Invalid WebSocket frame) where ping was due: the backend crashed, or nginx dropped it, nor anything else",
  );
});

test("packets that are dropped, by the time of the kernel or by ours", () => {
  const cause = (waited: string) =>
    `nothing answers on port 80 ${waited}: a firewall drops the packets, the host's own (ufw) or the cloud's in front of it`;
  expect(read("tcp", { code: "ETIMEDOUT" }).cause).toBe(cause("(ETIMEDOUT)"));
  expect(read("tcp", { waitedMs: 10_000 }).cause).toBe(cause("within 10 s"));
});

test("an address that cannot be reached", () => {
  expect(read("tcp", { code: "EHOSTUNREACH" }, "wss://[2001:db8::1]/ws")).toEqual({
    cause:
      "there is no route from here to 2001:db8::1 (EHOSTUNREACH): a route is missing, or a firewall reports that",
    next: "ip route get 2001:db8::1",
  });
});

test("this machine itself at its limit", () => {
  expect(read("tcp", { code: "EMFILE" }).next).toBe("ulimit -n 4096");
});

test("a name server that does not answer", () => {
  expect(read("name", { waitedMs: 10_000 }, "ws://geo.example/ws").cause).toBe(
    "the name geo.example cannot be resolved within 10 s",
  );
});

test("a client on the host itself meets the backend, not nginx or a firewall", () => {
  const direct = (hop: string, seen: Omit<Seen, "url">) =>
    readFailure(hop, { url: "ws://127.0.0.1:3001/ws?token=x", ...seen }, { ...names, direct: true });
  expect(direct("tcp", { code: "ECONNREFUSED" })).toEqual({
    cause: "nothing listens on port 3001 (ECONNREFUSED): the backend has ended, or listens on another port",
    next: "ssh -p 2222 ubuntu@203.0.113.10 pm2 logs geo-backend --lines 20 --nostream",
  });
  expect(direct("upgrade", { code: "ECONNRESET", message: "socket hang up" }).cause).toMatch(
    /^the backend closed the/,
  );
  expect(direct("upgrade", { waitedMs: 5000 }).cause).toMatch(/and did not answer the upgrade within 5 s$/);
  expect(direct("upgrade", { status: 400 }).cause).toMatch(
    /^the backend does not take a WebSocket on \/ws \(400\)/,
  );
  expect(direct("upgrade", { status: 502 }).cause).toMatch(/with an error of its own \(502\)$/);
  expect(direct("ping", { closeCode: 1006, openMs: 60_000 }).cause).toMatch(
    /it crashed, or closed it without a word$/,
  );
  for (const seen of [
    { status: 400 },
    { status: 404 },
    { status: 500 },
    { code: "ECONNRESET" },
    { closeCode: 1006 },
  ])
    expect(direct("upgrade", seen).cause).not.toMatch(/nginx|firewall/);
});

test("a TLS alert is named", () => {
  const message =
    "0:error:0A000458:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name:rec_layer.c:1605:SSL alert";
  expect(read("tls", { code: "EPROTO", message }, "wss://203.0.113.10/ws").cause).toBe(
    "TLS on port 443 failed (EPROTO): tlsv1 unrecognized name",
  );
});

test("unforeseen errors are shown as they are", () => {
  expect(read("tcp", { code: "EWEIRD", message: "connect EWEIRD" }).cause).toBe(
    "no connection to port 80: connect EWEIRD",
  );
  expect(read("tls", { code: "CERT_WEIRD", message: "weird" }, "wss://203.0.113.10/ws").cause).toBe(
    "TLS failed: weird (CERT_WEIRD)",
  );
  expect(read("upgrade", { code: "EWEIRD", message: "weird" }).cause).toBe(
    "the upgrade failed: weird (EWEIRD)",
  );
});

test("of several addresses the most telling error counts", () => {
  const error = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
  const both = Object.assign(new AggregateError([error("ENETUNREACH"), error("ECONNREFUSED")]), {
    code: "ENETUNREACH",
  });
  expect(describeError(both)).toEqual({
    code: "ECONNREFUSED",
    message: "connect ENETUNREACH; connect ECONNREFUSED",
  });
  expect(describeError(new AggregateError([error("ENETUNREACH")]))).toMatchObject({ code: "ENETUNREACH" });
});
