import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { TestStack } from "../support/stack.ts";

/* A number of connections is expected, then too many, then none: what an operator reads, and who stays connected. */

let stack: TestStack;
let client: WebSocket;
const limits = () =>
  stack.on("sysctl -n net.core.somaxconn; grep geo-system /etc/nginx/nginx.conf; ls /etc/sysctl.d");
let before = "";

beforeAll(async () => {
  stack = await TestStack.start("capacity");
  await stack.up();
  before = await limits();
  const { testUrl = "" } = await stack.outputs();
  client = new WebSocket(testUrl);
  await once(client, "open");
});
afterAll(async () => {
  client?.terminate();
  await stack?.[Symbol.asyncDispose]();
});

it("a host that cannot hold them is told in the preview, with the one limit to lift, and stays as it was", async () => {
  await stack.configure({ expectedConnections: 100_000 });
  for (const run of [["preview"], ["up", "--yes", "--skip-preview"]]) {
    const { exitCode, output } = await stack.pulumi(...run);
    expect(output).toMatch(
      /refused: expectedConnections: expected at most 19488, which this host holds, found 100000: hard limit of open files 20,000 \(backend, 1 process\); more processes/,
    );
    expect(exitCode).not.toBe(0);
  }
  expect(await limits()).toBe(before);
});

it("what it can hold becomes true, with nobody cut, and `status` shows how much of it is used", async () => {
  await stack.configure({ expectedConnections: 19_000 });
  expect(await stack.must("preview")).toContain(
    "check: this host holds 19,488 connections: hard limit of open files 20,000 (backend, 1 process)",
  );
  await stack.up();
  expect((await limits()).split("\n")[0]).toBe("8192");
  const { output } = await stack.npm("status");
  expect(output).toMatch(/^capacity +\d+ of [\d,]+ connections \(0 %\): .*; 19,000 are expected$/m);
  await stack.must("preview", "--expect-no-changes");
});

it("without the key all of it is as it was before", async () => {
  await stack.must("config", "rm", "expectedConnections");
  await stack.up();
  expect(await limits()).toBe(before);
  await stack.must("preview", "--expect-no-changes");
  expect(client.readyState).toBe(WebSocket.OPEN);
});
