import { expect, test, vi } from "vitest";
import { proveHandshake } from "../../../infra/handshake/prove.ts";
import { startBackend } from "./support/backend.ts";
import { authority } from "./support/certificate.ts";

const token = "aaa.bbb.ccc";

test("a healthy service is proven on ws and wss at the same time, and then by its log", async () => {
  const ca = await authority();
  await using plain = await startBackend({ token });
  await using secure = await startBackend({ token, certificate: await ca.issue() });
  const urls = [`ws://127.0.0.1:${plain.port}/ws`, `wss://127.0.0.1:${secure.port}/ws`];
  const readLog = vi.fn(async () => plain.log.join("\n"));

  const report = await proveHandshake({ urls, ca: ca.ca, token, handshake: "example", readLog });

  expect(report.failures).toEqual([]);
  expect(report.ok).toBe(true);
  const hops = (url: string) => report.rows.filter((row) => row.url === url).map((row) => row.hop);
  const steps = [
    "connected",
    "token",
    "subscribed",
    "ping",
    "second client",
    "create",
    "sync",
    "delete",
    "close",
  ];
  expect(hops(urls[0] as string)).toEqual(["name", "tcp", "upgrade", ...steps]);
  expect(hops(urls[1] as string)).toEqual(["name", "tcp", "tls", "upgrade", ...steps]);
  expect(report.rows.every(({ status }) => status === "ok")).toBe(true);
  expect(report.rows.find(({ hop }) => hop === "tls")?.detail).toBe(
    "TLSv1.3, 89 days left, chain to test CA",
  );
  expect(report.rows.at(-1)).toMatchObject({ url: "ssh", hop: "log", status: "ok", detail: "4 lines" });
  expect(readLog).toHaveBeenCalled();
});

test("another path is proven by what it speaks itself, and fails the whole where it does not answer", async () => {
  await using backend = await startBackend({ token });
  await using stranger = await startBackend({ token: "another" });
  const [url = "", other = ""] = [backend, stranger].map(({ port }) => `ws://127.0.0.1:${port}/ws`);
  const proof = { urls: [url], token, handshake: "example" as const };
  const speaks = await proveHandshake({ ...proof, others: [{ url: `${url}?2`, handshake: "plain" }] });
  expect(speaks.ok).toBe(true);
  const fails = await proveHandshake({ ...proof, others: [{ url: other }] });
  expect(fails.ok).toBe(false);
  expect(fails.failures.map((each) => each.url)).toEqual([other]);
});

test("it leaves no topic behind", async () => {
  await using backend = await startBackend({ token });
  await proveHandshake({ urls: [`ws://127.0.0.1:${backend.port}/ws`], token, handshake: "example" });
  expect(backend.received).toContain("create_topic");
  expect(backend.topics.size).toBe(0);
});

test("a topic that was made before a later step failed is taken back", async () => {
  const fault = { onMessage: ({ type }: { type: string }) => type === "ping" };
  await using backend = await startBackend({ token, fault });
  const steps = [
    { name: "connected", expect: { type: "connected" } },
    { name: "token", send: { type: "auth", token: "${token}" }, expect: { type: "subscribed" } },
    { name: "create", send: { type: "create_topic", title: "x" }, expect: { topic: { id: "${topic}" } } },
    { name: "ping", send: { type: "ping" }, expect: { type: "pong" }, within: 50 },
    { name: "delete", send: { type: "delete_topic", id: "${topic}" }, cleanup: true },
  ];
  const report = await proveHandshake({
    urls: [`ws://127.0.0.1:${backend.port}/ws`],
    token,
    handshake: { steps },
  });
  expect(report.failures.map(({ hop }) => hop)).toEqual(["ping"]);
  await vi.waitFor(() => expect(backend.topics.size).toBe(0));
});

test("messages that come early, late or for nobody do not disturb", async () => {
  const fault = {
    onConnection: (socket: { send(text: string): void }) => {
      for (const text of [
        '{"type":"subscribed"}',
        "no JSON",
        "[1,2]",
        "null",
        '{"type":"authenticated","user":{}}',
      ])
        socket.send(text);
      return false;
    },
  };
  await using backend = await startBackend({ token, fault });
  const report = await proveHandshake({
    urls: [`ws://127.0.0.1:${backend.port}/ws`],
    token,
    handshake: "example",
  });
  expect(report.failures).toEqual([]);
});

test("another backend has another script: texts, headers, subprotocols", async () => {
  const fault = {
    onConnection: (socket: import("ws").WebSocket) => {
      socket.on("message", (data) => socket.send(data.toString() === "ping" ? "pong" : `you said ${data}`));
      return true;
    },
  };
  await using backend = await startBackend({ token, fault });
  const report = await proveHandshake({
    urls: [`ws://127.0.0.1:${backend.port}/ws`],
    token,
    handshake: {
      clients: { 1: { headers: { authorization: "Bearer ${token}" }, protocols: ["chat"] } },
      steps: [
        { name: "ping", send: "ping", expect: "pong" },
        { name: "echo", send: "${nonce}", expect: "you said ${nonce}" },
        { name: "silent", send: "bye" },
      ],
    },
  });
  expect(report.failures).toEqual([]);
  expect(report.rows.map(({ hop }) => hop)).toEqual([
    "name",
    "tcp",
    "upgrade",
    "ping",
    "echo",
    "silent",
    "close",
    "token",
    "sync",
    "wrong token",
    "log",
  ]);
  expect(report.rows.slice(-4).map(({ status }) => status)).toEqual([
    "not asked",
    "not asked",
    "warn", // this backend reads no header
    "not asked",
  ]);
});

test("a log without the lines fails the proof and names the line", async () => {
  await using backend = await startBackend({ token });
  const script = {
    steps: [{ name: "token", send: { type: "auth", token }, expect: { user: { id: "${user}" } } }],
    logLines: ["User ${user} subscribed", "User ${user} left"],
    logWithin: 300,
  };
  const readLog = vi.fn(async () => backend.log.join("\n"));
  const urls = [`ws://127.0.0.1:${backend.port}/ws`];
  const report = await proveHandshake({
    urls,
    token,
    handshake: script,
    readLog,
    names: { ssh: "ssh me@host" },
  });
  expect(report.ok).toBe(false);
  expect(report.failures).toEqual([
    {
      url: "ssh",
      hop: "log",
      cause: "the backend's log has no line like /User 2 left/",
      next: "ssh me@host pm2 logs geo-backend --lines 20 --nostream",
    },
  ]);
  expect(readLog.mock.calls.length).toBeGreaterThan(1);
});

test("a log that cannot be read is a failure of its own", async () => {
  await using backend = await startBackend({ token });
  const readLog = () => Promise.reject(new Error("tail: no such file"));
  const report = await proveHandshake({
    urls: [`ws://127.0.0.1:${backend.port}/ws`],
    token,
    handshake: "example",
    readLog,
  });
  expect(report.failures.map(({ cause }) => cause)).toEqual([
    "the backend's log cannot be read: tail: no such file",
  ]);
});

test("the log is not looked at where a client failed", async () => {
  await using backend = await startBackend({ token });
  const readLog = vi.fn(async () => "");
  const report = await proveHandshake({
    urls: [`ws://127.0.0.1:${backend.port}/ws`],
    token: "x.y.z",
    handshake: "example",
    readLog,
  });
  expect(report.rows.at(-1)).toMatchObject({ hop: "log", status: "not reached" });
  expect(readLog).not.toHaveBeenCalled();
});
