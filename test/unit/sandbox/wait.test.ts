import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { untilPortCloses, untilPortOpens, untilPrints, waitFor } from "../../support/wait.ts";

describe("waiting", () => {
  it("ends with the first answer that is not false", async () => {
    const answers = [false, false, 7] as const;
    let looks = 0;
    expect(await waitFor("seven", () => answers[looks++] ?? false, { every: 1 })).toBe(7);
    expect(looks).toBe(3);
  });

  it("looks again after an error of whatever kind", async () => {
    let looks = 0;
    const look = () => {
      looks += 1;
      if (looks < 3) throw looks === 1 ? new TypeError("no such thing") : "a string";
      return "there";
    };
    expect(await waitFor("it", look, { every: 1 })).toBe("there");
  });

  it("says what it waited for, how long, and what it saw last", async () => {
    const look = () => Promise.reject(new Error("connection refused"));
    await expect(waitFor("the shop to open", look, { within: 50, every: 5 })).rejects.toThrow(
      "Waited 0.05 s for the shop to open. The last look: connection refused",
    );
  });

  it("gives up on a look that never ends", async () => {
    await expect(waitFor("nothing", () => new Promise(() => {}), { within: 50 })).rejects.toThrow(
      "Waited 0.05 s for nothing",
    );
  });

  it("knows a port that opens and closes", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await untilPortOpens("127.0.0.1", port);
    server.close();
    await untilPortCloses("127.0.0.1", port);
    await expect(untilPortOpens("127.0.0.1", port, { within: 50, every: 5 })).rejects.toThrow("ECONNREFUSED");
  });

  it("reads what a command prints", async () => {
    const outputs = ["starting", "ready 1"];
    expect(await untilPrints(async () => outputs.shift() ?? "", "status", /ready/, { every: 1 })).toBe(
      "ready 1",
    );
  });
});
