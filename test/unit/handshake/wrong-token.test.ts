import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { sameKind } from "../../../infra/handshake/protocols/same-kind.ts";
import { wrongTokenLike } from "../../../infra/handshake/wrong-token.ts";
import { serve, token, wrongToken } from "./protocols/support.ts";
import { httpServer } from "./support/listen.ts";

function server(answer: (socket: WebSocket, shown: string | undefined) => void) {
  const http = httpServer();
  new WebSocketServer({ server: http }).on("connection", (socket) =>
    socket.on("message", (data) => answer(socket, JSON.parse(data.toString()).token)),
  );
  return serve(http, "/ws");
}

/** A wildcard, which every answer matches. */
const wildcard = {
  steps: [{ name: "hello", send: { token: "${token}" }, expect: { type: "${type}" } }],
};

test.concurrent.each<
  [string, (socket: WebSocket, right: boolean, shown: string | undefined) => void, string]
>([
  [
    "an answer of another kind",
    (socket, right) =>
      socket.send(right ? '{"type":"welcome","user":1}' : '{"type":"error","why":"bad token"}'),
    "refused",
  ],
  [
    "an answer with the same members that says no",
    (socket, right) => socket.send(right ? '{"type":"welcome"}' : '{"type":"auth_failed"}'),
    "refused",
  ],
  [
    "a close after the answer",
    (socket, right) => {
      socket.send('{"type":"hello"}');
      if (!right) setTimeout(() => socket.close(4401), 200);
    },
    "refused",
  ],
  ["silence", (socket, right) => right && socket.send('{"type":"welcome"}'), "refused"],
  [
    "the same answer to a wrong one, and none without a token",
    (socket, _, shown) => shown && socket.send('{"type":"welcome"}'),
    "accepted",
  ],
  ["the same answer to anyone", (socket) => socket.send('{"type":"welcome"}'), "not wanted"],
  [
    "a backend in trouble",
    (socket, right) => (right ? socket.send('{"type":"welcome"}') : socket.close(1011)),
    "unknown",
  ],
])("%s", async (_, answer, expected) => {
  await using backend = await server((socket, shown) => answer(socket, shown === token, shown));
  expect(await wrongToken(backend.url, wildcard)).toBe(expected);
});

test("a wrong token has the form of the right one", () => {
  expect(wrongTokenLike("aaa.bbb.ccA")).toBe("aaa.bbb.AAB");
  expect(wrongTokenLike("secret")).toBe("not-a-token");
});

test("answers are of one kind by their members, their truth and their words", () => {
  expect(sameKind('{"ok":true,"id":1}', '{"ok":true,"id":2}')).toBe(true);
  expect(sameKind('{"ok":true}', '{"ok":false}')).toBe(false);
  expect(sameKind("HELLO anna", "HELLO guest")).toBe(true);
  expect(sameKind("HELLO anna", "ERR unauthorized")).toBe(false);
});
