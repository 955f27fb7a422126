import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestStack } from "../support/stack.ts";
import { waitFor } from "../support/wait.ts";
import { operator, running } from "./support/operator.ts";

/* What an operator types on a working day, on one host that an `up` has provisioned. */
let stack: TestStack;
let token: string;
const on = () => ["--stack", stack.stack.stack];

beforeAll(async () => {
  stack = await TestStack.start("operate");
  await stack.up();
  token = new URL((await stack.outputs()).testUrl ?? "").searchParams.get("token") ?? "";
});
afterAll(() => stack?.[Symbol.asyncDispose]());

describe("logs", () => {
  it("shows what backend and nginx wrote, and ends where it is told not to follow", async () => {
    const { exitCode, stdout } = await operator("logs", ...on(), "--no-follow", "--lines", "40");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {21}backend {7}\[WebSocket\] New connection attempt$/m);
    expect(stdout).toMatch(/^20\S{17}Z nginx {9}198\.18\.\d+\.\d+ - - "GET \/ws HTTP\/1\.1" 101 /m);
  });

  it("--websocket shows what the guide's grep shows", async () => {
    const { stdout } = await operator(
      "logs",
      ...on(),
      "--no-follow",
      "--websocket",
      "--lines",
      "5",
      "--json",
    );
    const lines = stdout.split("\n").map((line) => JSON.parse(line) as { source: string; line: string });
    expect(lines).toHaveLength(5);
    for (const { source, line } of lines)
      expect([source, line]).toEqual(["backend", expect.stringContaining("[WebSocket]")]);
  });

  it("follows both, with tokens masked, also after a rotation; Ctrl-C leaves nothing on the host", async () => {
    const logs = running("logs", ...on(), "--lines", "0");
    const shows = (text: RegExp) => waitFor(`the logs to show ${text}`, () => text.test(logs.said()));
    const processes = () => stack.on("pgrep -fc '^perl - ' || true");
    await waitFor("the logs to be followed", async () => (await processes()).trim() === "1", {
      within: 30_000,
    });
    await stack.on(`echo "[WebSocket] told ${token}" >> .pm2/logs/geo-backend-out.log`);
    await shows(/Z backend {7}\[WebSocket\] told <token>\n/);
    await stack.on("curl -so /dev/null 'http://127.0.0.1/ws?token=other'");
    await shows(/Z nginx {9}127\.0\.0\.1 - - "GET \/ws HTTP\/1\.1" 426 /);
    await stack.on(
      "sudo logrotate -f /etc/logrotate.d/nginx; curl -so /dev/null http://127.0.0.1/after-rotation",
    );
    await shows(/"GET \/after-rotation HTTP/);
    const { exitCode, stderr } = await logs.interrupt();
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(logs.said()).not.toContain(token);
    await waitFor("the host to be left alone", async () => (await processes()).trim() === "0");
  });

  it("says why it cannot", async () => {
    const { exitCode, stderr } = await operator("logs", "--host", "127.0.0.1", "--port", "1", "--no-follow");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("127.0.0.1")]);
  });
});
