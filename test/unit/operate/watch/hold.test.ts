import { expect, test, vi } from "vitest";
import { exampleScript } from "../../../../infra/handshake/protocols/example-script.ts";
import { introduction } from "../../../../infra/handshake/protocols/script.ts";
import { protocolOf } from "../../../../infra/handshake/protocols/table.ts";
import type { WatchEvent } from "../../../../operate/watch/events.ts";
import { hold } from "../../../../operate/watch/hold.ts";
import { Losses } from "../../../../operate/watch/losses.ts";
import { waitFor } from "../../../support/wait.ts";
import { startBackend } from "../../handshake/support/backend.ts";

const token = "aaa.bbb.ccc";
const protocol = protocolOf({ preset: "example" });
const names = { ssh: "ssh ubuntu@host", application: "geo-backend" };

function held(url: string, which: "active" | "silent") {
  const end = new AbortController();
  const events: WatchEvent[] = [];
  const emit = (event: WatchEvent) => events.push(event);
  const options = {
    which,
    url,
    protocol,
    token,
    secrets: [token],
    names,
    timeoutMs: 500,
    pingEveryMs: 20,
    losses: new Losses(),
    emit,
    signal: end.signal,
  };
  const done = hold(options);
  const stop = async () => {
    end.abort();
    await done;
  };
  return {
    events,
    stop,
    saw: (event: string) => waitFor(event, () => events.some((each) => each.event === event)),
  };
}

test("says its token, and pings", async () => {
  await using backend = await startBackend({ token });
  const { events, saw, stop } = held(`ws://127.0.0.1:${backend.port}/ws`, "active");
  await saw("pong");
  expect(events[0]).toEqual({ event: "connected", connection: "active", tries: 0 });
  expect(backend.received.slice(0, 2)).toEqual(["auth", "ping"]);
  await stop();
});

test("the silent one says its token, and then nothing", async () => {
  await using backend = await startBackend({ token });
  const { saw, stop } = held(`ws://127.0.0.1:${backend.port}/ws`, "silent");
  await saw("connected");
  expect(backend.received).toEqual(["auth"]);
  await stop();
});

test("a loss is told with its cause, and it comes back", async () => {
  let refuse = true;
  const fault = {
    onMessage: ({ type }: { type: string }, socket: { close(code: number, reason: string): void }) => {
      if (type !== "ping" || !refuse) return false;
      refuse = false;
      socket.close(1012, "the backend is restarting");
      return true;
    },
  };
  await using backend = await startBackend({ token, fault });
  const { events, saw, stop } = held(`ws://127.0.0.1:${backend.port}/ws`, "active");
  await saw("pong");
  expect(events.slice(0, 4)).toMatchObject([
    { event: "connected", tries: 0 },
    { event: "lost", cause: "the backend is restarting (1012 the backend is restarting)" },
    { event: "connected", tries: 1 },
    { event: "pong" },
  ]);
  await stop();
});

test.each([
  ["from the beginning", 0, ["failed 1", "failed 2", "connected 3"]],
  ["from the loss", 1, ["connected 0", "lost", "failed 1", "failed 2", "connected 3"]],
])(
  "tries are counted %s, and the one that succeeds comes after those that failed",
  async (_, first, told) => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0);
    let token = 0;
    const onMessage = ({ type }: { type: string }, socket: { close(code: number, reason: string): void }) => {
      if (type === "auth") token += 1;
      const refused = type === "auth" ? token > first && token <= first + 2 : token === first;
      if (refused) socket.close(1012, "the backend is restarting");
      return refused;
    };
    await using backend = await startBackend({ token: "aaa.bbb.ccc", fault: { onMessage } });
    const { events, saw, stop } = held(`ws://127.0.0.1:${backend.port}/ws`, "active");
    await saw("pong");
    await stop();
    random.mockRestore();
    const counted = events.map((each) => `${each.event}${"tries" in each ? ` ${each.tries}` : ""}`);
    expect(counted.slice(0, counted.indexOf("pong"))).toEqual(told);
  },
);

test("a token that is refused is told without it", async () => {
  await using backend = await startBackend({ token: "another" });
  const { events, saw, stop } = held(`ws://127.0.0.1:${backend.port}/ws`, "active");
  await saw("failed");
  expect(JSON.stringify(events)).toContain("the backend refused the token");
  expect(JSON.stringify(events)).not.toContain(token);
  await stop();
});

test("the introduction ends before the first ping, and before a second client", () => {
  expect(introduction(exampleScript).map(({ name }) => name)).toEqual(["connected", "token", "subscribed"]);
});
