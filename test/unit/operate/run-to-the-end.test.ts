import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { runToTheEnd } from "../../../operate/run-to-the-end.ts";

const fixture = fileURLToPath(new URL("support/run-program.ts", import.meta.url));

describe("a program that is run to its end", () => {
  it.each([
    { to: "us alone", signal: "SIGTERM", code: 255, exitCode: 143 },
    { to: "us alone", signal: "SIGINT", code: 255, exitCode: 130 },
    { to: "us alone", signal: "SIGINT", code: 0, exitCode: 0 },
  ] as const)("hears $signal once and is waited for; ends by $code: $exitCode", async (story) => {
    const { output, exitCode } = await stopped(story.signal, story.code);
    expect(output).toBe(`ready\nheard ${story.signal}\nafter\n`);
    expect(exitCode).toBe(story.exitCode);
  });

  it("gives its own exit code where nobody stops it", async () => {
    const options = { cwd: process.cwd(), env: process.env };
    expect(await runToTheEnd("node", ["-e", "process.exit(7)"], options)).toBe(7);
  });

  it("is named where it cannot be started", async () => {
    const options = { cwd: process.cwd(), env: process.env };
    await expect(runToTheEnd("no-such-program", [], options)).rejects.toThrow("no-such-program");
  });
});

/** Sends a signal to a run that has no terminal, then lets its program end. */
async function stopped(signal: NodeJS.Signals, code: number) {
  const run = spawn("node", ["--import", "tsx", fixture, String(code)], {
    detached: true, // In a session of its own: the terminal of who runs the tests must not matter.
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  run.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const closed = once(run, "close");
  await vi.waitFor(() => expect(output).toContain("ready"), { timeout: 20_000 });
  run.kill(signal);
  await vi.waitFor(() => expect(output).toContain("heard"), { timeout: 5000 });
  run.stdin.end();
  const [exitCode] = await closed;
  return { output, exitCode };
}
