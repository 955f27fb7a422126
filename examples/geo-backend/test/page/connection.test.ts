import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { Connection } from "../../public/connection.js";
import { start, temporaryFolder, tokenOf } from "../support/start.ts";

type State = import("../../public/connection.js").State;
type Message = import("../../public/connection.js").Message;

/** Node brings one of its own only from version 22 on. A browser's does not throw what nobody listens for. */
class BrowserWebSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on("error", () => undefined);
  }
}

beforeAll(() => vi.stubGlobal("WebSocket", BrowserWebSocket));
afterAll(() => vi.unstubAllGlobals());

const soon = (check: () => void) => vi.waitFor(check, 4_000);

/** The page's connection with what it reported. `random` is small, so that it waits a few milliseconds only. */
function open(url: string, token: string) {
  const states: State[] = [];
  const messages: Message[] = [];
  const onState = (state: State) => void states.push(state);
  const onMessage = (message: Message) => void messages.push(message);
  const connection = new Connection({ url, token, onState, onMessage, random: () => 0.01 });
  connection.open();
  return {
    connection,
    states,
    messages,
    names: () => states.map(({ name }) => name),
    last: () => states.at(-1),
    [Symbol.dispose]: () => connection.close(),
  };
}

test("logs in, receives the topics, and measures the round trip", async () => {
  await using backend = await start();
  using page = open(backend.wsUrl, await tokenOf());
  await soon(() => expect(page.last()).toEqual({ name: "connected", roundTrip: expect.any(Number) }));
  expect(page.names()).toEqual(["connecting", "connected", "connected"]);
  page.connection.send({ type: "create_topic", title: "Roads" });
  await soon(() => expect(page.messages.at(-1)?.topic?.title).toBe("Roads"));
});

test("comes back by itself after a restart", async () => {
  await using folder = await temporaryFolder();
  await using before = await start({ dataDirectory: folder.path });
  using page = open(before.wsUrl, await tokenOf());
  await soon(() => expect(page.last()?.name).toBe("connected"));
  await before.stop();
  await soon(() => expect(page.states).toContainEqual(expect.objectContaining({ code: 1012, failures: 1 })));
  await using _after = await start({ dataDirectory: folder.path, port: before.port });
  await soon(() => expect(page.last()?.name).toBe("connected"));
});

test("waits longer after each failure", async () => {
  await using backend = await start();
  await backend.stop();
  using page = open(backend.wsUrl, await tokenOf());
  const waits = () => page.states.flatMap((state) => (state.name === "waiting" ? state.milliseconds : []));
  await soon(() => expect(waits().slice(0, 4)).toEqual([10, 20, 40, 80]));
});

test("asks for another token instead of trying a bad one again", async () => {
  await using backend = await start();
  using page = open(backend.wsUrl, "abc");
  await soon(() => expect(page.last()).toEqual({ name: "refused", reason: "this is not a token" }));
  await backend.line("Connection closed before authentication");
  expect(page.names()).toEqual(["connecting", "refused"]);
});

test("stays closed once it was closed, also while it was waiting", async () => {
  await using backend = await start();
  await backend.stop();
  using page = open(backend.wsUrl, await tokenOf());
  await soon(() => expect(page.last()?.name).toBe("waiting"));
  page.connection.close();
  await using again = await start({ port: backend.port });
  await again.window();
  expect(page.last()).toEqual({ name: "closed" });
  expect(again.lines.filter((line) => line.includes("attempt"))).toHaveLength(1);
});
