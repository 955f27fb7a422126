import { expect, test } from "vitest";
import { type Fault, startBackend } from "./support/backend.ts";
import { failureOf, statuses, token } from "./support/failing.ts";

const logs = "ssh ubuntu@host pm2 logs geo-backend --lines 20 --nostream";

async function failureWith(fault: Fault, options: { timeoutMs?: number; accepts?: string } = {}) {
  await using backend = await startBackend({ token: options.accepts ?? token, fault });
  return await failureOf(`ws://127.0.0.1:${backend.port}/ws`, { timeoutMs: options.timeoutMs ?? 2_000 });
}

/** Deals with the messages of one type in another way. */
const on = (type: string, act: (socket: import("ws").WebSocket) => void): Fault => ({
  onMessage: (message, socket) => {
    if (message.type !== type) return false;
    act(socket);
    return true;
  },
});

test("fails at token if the backend does not accept it", async () => {
  const { hop, cause, next, report } = await failureWith({}, { accepts: "another" });
  expect(hop).toBe("token");
  expect(cause).toBe(
    "the backend refused the token (1008 bad token): it has expired, or was signed with another secret than the backend's",
  );
  expect(next).toBe(logs);
  expect(statuses(report)).toBe("name ok, tcp ok, upgrade ok, connected ok, token fail");
});

test("fails at connected if the backend says nothing", async () => {
  const { hop, cause } = await failureWith({ onConnection: () => true }, { timeoutMs: 400 });
  expect(hop).toBe("connected");
  expect(cause).toBe('the backend answered nothing within 0.4 s, where {"type":"connected"} was due');
});

test("fails at ping if the answer is another one, and shows it", async () => {
  const fault = on("ping", (socket) => socket.send('{"type":"error","code":"slow_down"}'));
  const { hop, cause } = await failureWith(fault, { timeoutMs: 400 });
  expect(hop).toBe("ping");
  expect(cause).toBe(
    'the backend answered {"type":"error","code":"slow_down"} within 0.4 s, where {"type":"pong"} was due',
  );
});

test("fails at sync if the second client does not see what the first one does", async () => {
  const topic = { id: "7", title: "" };
  const fault: Fault = {
    onMessage: (message, socket) => {
      if (message.type !== "create_topic") return false;
      socket.send(JSON.stringify({ type: "topic_created", topic: { ...topic, title: message.title } }));
      return true;
    },
  };
  const { hop, cause } = await failureWith(fault, { timeoutMs: 400 });
  expect(hop).toBe("sync");
  expect(cause).toMatch(
    /^the backend answered .* where \{"type":"topic_created","topic":\{"id":"7"\}\} was due$/,
  );
});

test("fails at the second client if only the first one gets in", async () => {
  let clients = 0;
  const fault: Fault = {
    onConnection: (socket) => {
      clients += 1;
      if (clients > 1) socket.close(1013, "full");
      return clients > 1;
    },
  };
  const { hop, cause } = await failureWith(fault);
  expect(hop).toBe("second client");
  expect(cause).toBe("the backend has no room for another connection (1013 full)");
});

const closes: [number, string, string][] = [
  [1000, "", "the backend closed the connection (1000) where ping was due, nor anything else"],
  [1009, "", "the backend found a message too big (1009)"],
  [1011, "oops", "the backend failed (1011 oops)"],
  [1012, "", "the backend is restarting (1012)"],
  [4001, "kicked", "the backend closed the connection (4001 kicked) where ping was due, nor anything else"],
];

test.each(closes)("fails at ping if the backend closes with %i", async (code, reason, cause) => {
  const failure = await failureWith(on("ping", (socket) => socket.close(code, reason)));
  expect(failure.hop).toBe("ping");
  expect(failure.cause).toBe(cause);
});

test("fails at ping if the connection breaks there", async () => {
  const { hop, cause } = await failureWith(on("ping", (socket) => socket.terminate()));
  expect(hop).toBe("ping");
  expect(cause).toBe(
    "the connection broke after 0 s (1006) where ping was due: the backend crashed, or nginx dropped it, nor anything else",
  );
});

test("fails at close if the backend does not answer it", async () => {
  const fault: Fault = {
    onConnection: (socket) => {
      socket.close = () => {}; // ws answers a close by itself, through this method.
      return false;
    },
  };
  const { hop, cause } = await failureWith(fault, { timeoutMs: 400 });
  expect(hop).toBe("close");
  expect(cause).toBe("the close was not answered within 0.4 s");
});

test("the token is nowhere in the report, even if the backend sends it back", async () => {
  const fault = on("ping", (socket) => socket.send(`{"echo":"${token}"}`));
  const { report } = await failureWith(fault, { timeoutMs: 400 });
  expect(JSON.stringify(report)).not.toContain(token);
  expect(report.failures[0]?.cause).toContain('{"echo":"<token>"}');
});
