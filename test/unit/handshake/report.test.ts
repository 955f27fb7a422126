import { expect, test } from "vitest";
import { type HandshakeReport, type HandshakeRow, handshakeTable } from "../../../infra/handshake/report.ts";

const ws = "ws://203.0.113.10/ws";
const wss = "wss://203.0.113.10/ws";
const row = (url: string, hop: string, status: HandshakeRow["status"] = "ok", detail = ""): HandshakeRow => ({
  url,
  hop,
  status,
  detail,
  ms: status === "not reached" ? 0 : 12,
});

const healthy: HandshakeReport = {
  ok: true,
  ms: 100,
  failures: [],
  warnings: [],
  rows: [
    row(ws, "name", "ok", "an address"),
    row(ws, "tcp"),
    row(ws, "upgrade"),
    row(wss, "name"),
    row(wss, "tcp"),
    row(wss, "tls", "ok", "TLSv1.3, 364 days left"),
    row(wss, "upgrade"),
    row("ssh", "log", "ok", "4 lines"),
  ],
};

test("one row a hop, one column a URL, plain where it is no terminal", () => {
  expect(handshakeTable(healthy)).toBe(
    [
      "hop      ws://203.0.113.10/ws  wss://203.0.113.10/ws",
      "name     ok 12 ms, an address  ok 12 ms",
      "tcp      ok 12 ms              ok 12 ms",
      "tls      -                     ok 12 ms, TLSv1.3, 364 days left",
      "upgrade  ok 12 ms              ok 12 ms",
      "log      ok 12 ms, 4 lines",
    ].join("\n"),
  );
});

test("a failure stands below, with what to type", () => {
  const rows = [row(ws, "tcp"), row(ws, "upgrade", "fail", "a 502"), row(ws, "ping", "not reached")];
  const failures = [{ url: ws, hop: "upgrade", cause: "a 502", next: "ssh ubuntu@203.0.113.10 pm2 status" }];
  expect(handshakeTable({ ok: false, ms: 1, rows, failures, warnings: [] })).toBe(
    [
      "hop      ws://203.0.113.10/ws",
      "tcp      ok 12 ms",
      "upgrade  FAILED",
      "ping     not reached",
      "failed ws://203.0.113.10/ws at upgrade: a 502",
      "  next: ssh ubuntu@203.0.113.10 pm2 status",
    ].join("\n"),
  );
});

test("what broke alike on two addresses is explained once", () => {
  const rows = [row(ws, "upgrade", "fail"), row(wss, "upgrade", "fail")];
  const next = "ssh ubuntu@203.0.113.10 pm2 status";
  const failed = (url: string, cause: string) => ({ url, hop: "upgrade", cause, next });
  const below = (...causes: [string, string]) =>
    handshakeTable({
      ok: false,
      ms: 1,
      rows,
      warnings: [],
      failures: [ws, wss].map((url, i) => failed(url, String(causes[i]))),
    })
      .split("\n")
      .slice(2);
  expect(below("a 502", "a 502")).toEqual([
    `failed ${ws} at upgrade: a 502`,
    `failed ${wss} at upgrade: the same`,
    `  next: ${next}`,
  ]);
  expect(below("a 502", "a 504")).toHaveLength(4);
});

test("colours where they are wanted", () => {
  expect(handshakeTable(healthy, true)).toContain("\u001b[32mok\u001b[39m 12 ms");
});

test("a warning stands below, and is no failure", () => {
  const rows = [row(ws, "upgrade"), row("", "wrong token", "warn", "any token is let in")];
  const warnings = [
    { url: "", hop: "wrong token", cause: "any token is let in: so it is", next: "check it" },
  ];
  expect(handshakeTable({ ok: true, ms: 1, rows, failures: [], warnings })).toBe(
    [
      "hop          ws://203.0.113.10/ws",
      "upgrade      ok 12 ms",
      "wrong token  WARNING, any token is let in",
      "warning at wrong token: any token is let in: so it is",
      "  next: check it",
    ].join("\n"),
  );
});
