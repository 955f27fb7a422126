import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readConnection } from "../../../sandbox/plugins/command/connection.ts";
import { parseHostKey, watchHostKey } from "../../../sandbox/plugins/command/host-key.ts";
import { dialWithRetry } from "../../../sandbox/plugins/command/retry.ts";
import { Secret } from "../../../sandbox/plugins/protocol/values.ts";

describe("attempts to connect", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const dial = (limit: number, failures: number, cancel = new AbortController()) => {
    const said: string[] = [];
    const status = async (line: string) => void said.push(line);
    const log = { status, warning: status, error: status };
    let left = failures;
    const attempt = async () => {
      if (left-- > 0) throw new Error("refused");
      return "in";
    };
    const result = dialWithRetry("Dial", limit, { log, cancelled: cancel.signal }, attempt);
    // Whoever looks at it later sees it fail; until then it must not count as unhandled.
    result.catch(() => undefined);
    return { said, result };
  };

  it("go on until one succeeds, with growing pauses of at most five seconds", async () => {
    const { said, result } = dial(-1, 20);
    await vi.advanceTimersByTimeAsync(100 + 150 + 225);
    expect(said).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(20 * 5000);
    expect(await result).toBe("in");
    expect(said[0]).toBe("Dial 1/inf failed: retrying");
  });

  it("end with the last error when there were enough", async () => {
    const { said, result } = dial(2, 9);
    await vi.runAllTimersAsync();
    await expect(result).rejects.toThrow("after 2 failed attempts: refused");
    expect(said).toEqual(["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"]);
  });

  it("end at once when the run is cancelled", async () => {
    const cancel = new AbortController();
    const { result } = dial(-1, 9, cancel);
    await vi.advanceTimersByTimeAsync(50);
    cancel.abort();
    await expect(result).rejects.toThrow("context canceled");
  });
});

describe("a pinned host key", () => {
  const key = (type: string) => {
    const name = Buffer.from(type);
    return Buffer.concat([Buffer.from([0, 0, 0, name.length]), name, Buffer.from("key")]);
  };

  it("decides which of the host's keys is asked for", () => {
    const line = `ssh-ed25519 ${key("ssh-ed25519").toString("base64")} comment\n`;
    expect(parseHostKey(line).algorithms).toEqual(["ssh-ed25519"]);
    const rsa = parseHostKey(`ssh-rsa ${key("ssh-rsa").toString("base64")}`);
    expect(rsa.algorithms).toEqual(["ssh-rsa"]);
  });

  it("is the only one that passes", () => {
    const watch = watchHostKey(parseHostKey(`ssh-ed25519 ${key("ssh-ed25519").toString("base64")}`));
    expect(watch.verify(key("ssh-ed25519"))).toBe(true);
    expect(watch.verify(key("ssh-rsa"))).toBe(false);
    expect(watch.mismatch).toBe(true);
  });

  it.each(["", "ssh-ed25519", "ssh-ed25519 AAAA", `ssh-rsa ${key("ssh-ed25519").toString("base64")}`])(
    "is refused if it is not one: %j",
    (line) => {
      expect(() => parseHostKey(line)).toThrow("failed to parse host key");
    },
  );
});

describe("a connection", () => {
  it("is read through its secret marks, with defaults", () => {
    const connection = new Secret({ host: "h", password: new Secret("p"), proxy: { host: "j", port: 2222 } });
    expect(readConnection({ connection })).toEqual({
      host: "h",
      user: "root",
      port: 22,
      password: "p",
      dialErrorLimit: 10,
      perDialTimeout: 15,
      proxy: { host: "j", user: "root", port: 2222, dialErrorLimit: 10, perDialTimeout: 15 },
    });
  });
});
