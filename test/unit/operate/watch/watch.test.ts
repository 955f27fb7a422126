import { afterEach, expect, it, vi } from "vitest";
import { parseHandshake } from "../../../../infra/handshake/handshake.ts";
import { optionTarget } from "../../../../operate/target/option-target.ts";
import { watch } from "../../../../operate/watch/watch.ts";

afterEach(() => vi.useRealTimers());

it("an application without a WebSocket is refused, and nothing keeps the process alive", async () => {
  vi.useFakeTimers();
  const target = await optionTarget({ url: ["ws://203.0.113.7/shop"] });
  const client = Promise.resolve({ ...(await target.client), handshake: parseHandshake("http") });
  const { signal } = new AbortController();
  const options = { alarmAfterMs: 1, pingEveryMs: 1, timeoutMs: 1, emit: () => {}, signal };
  await expect(watch({ ...target, client }, options)).rejects.toThrow(
    "expected an application with a WebSocket",
  );
  expect(vi.getTimerCount()).toBe(0);
});
