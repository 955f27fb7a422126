import { describe, expect, it } from "vitest";
import { exitMessage } from "../../../sandbox/plugins/command/exit.ts";
import { Lines } from "../../../sandbox/plugins/command/lines.ts";
import { quote } from "../../../sandbox/plugins/command/quote.ts";

describe("the command in an error", () => {
  it("stands in quotes on one line", () => {
    expect(quote('echo "a\\b"\n\tdone')).toBe('"echo \\"a\\\\b\\"\\n\\tdone"');
  });

  it("shows letters of any language and hides control characters", () => {
    expect(quote("Größe 世界 é")).toBe('"Größe 世界 é"');
    expect(quote("\u0000\u001b\u007f\u200b\u{e0001}")).toBe('"\\x00\\x1b\\x7f\\u200b\\U000e0001"');
  });
});

describe("the end of a command", () => {
  it("is silent if all went well", () => {
    expect(exitMessage({ status: 0 })).toBeUndefined();
  });

  it("says the status, the signal, or that neither was said", () => {
    expect(exitMessage({ status: 3 })).toBe("Process exited with status 3");
    expect(exitMessage({ status: null, signal: "SIGTERM" })).toBe(
      "Process exited with status 143 from signal TERM",
    );
    expect(exitMessage({ status: null, signal: "KILL", reason: "memory" })).toBe(
      "Process exited with status 137 from signal KILL. Reason was: memory",
    );
    expect(exitMessage(undefined)).toBe("wait: remote command exited without exit status or exit signal");
  });
});

describe("lines of a stream", () => {
  const cut = async (...chunks: (string | Buffer)[]) => {
    const lines: string[] = [];
    const cutter = new Lines(async (line) => {
      lines.push(line);
    });
    for (const chunk of chunks) cutter.write(Buffer.from(chunk));
    await cutter.end();
    return lines;
  };

  it("are whole, wherever the stream was cut", async () => {
    expect(await cut("o", "ne\ntw", "o\r\n\nlast")).toEqual(["one", "two", "", "last"]);
  });

  it("keep their characters together", async () => {
    const bytes = Buffer.from("ä\n");
    expect(await cut(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(["ä"]);
  });

  it("come in bundles, none lost, if there are more than can be shown one by one", async () => {
    const bundles = await cut("x\n".repeat(1000));
    expect(bundles.length).toBeLessThan(250);
    expect(bundles.join("\n").split("\n")).toHaveLength(1000);
  });

  it("may be longer than any buffer", async () => {
    const long = "x".repeat(300_000);
    expect(await cut(long, "\n")).toEqual([long]);
  });
});
