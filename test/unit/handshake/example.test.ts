import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { proveHandshake } from "../../../infra/handshake/prove.ts";
import { testToken } from "../../../infra/handshake/token.ts";

const secret = "a secret of sixteen characters";
const folder = fileURLToPath(new URL("../../../examples/geo-backend", import.meta.url));

/** The example backend itself, as a process of its own on a free port. */
async function startExample() {
  const data = await mkdtemp(join(tmpdir(), "geo-backend-"));
  const environment = { TOKEN_SECRET: secret, PORT: "0", HOST: "127.0.0.1", WS_PATH: "/ws", DATA_DIR: data };
  const child = spawn(process.execPath, ["--import", "tsx", "src/server.ts"], {
    cwd: folder,
    env: { ...process.env, ...environment, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let log = "";
  child.stdout.on("data", (text) => {
    log += text;
  });
  const port = await vi.waitFor(
    () => log.match(/Listening on 127\.0\.0\.1:(\d+)/)?.[1] ?? expect.fail(log),
    10_000,
  );
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    log: async () => log,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

test("the default script and the test token prove the example backend, log lines included", async () => {
  await using example = await startExample();
  const token = await testToken(secret, { sub: "2", name: "lzc2005" }, new Date());
  const report = await proveHandshake({
    handshake: "example",
    urls: [example.url],
    token,
    readLog: example.log,
  });
  expect(report.failures).toEqual([]);
  const log = await example.log();
  for (const line of [
    "[WebSocket] New connection attempt",
    "[WebSocket] User lzc2005 (ID: 2) authenticated",
    "[WebSocket] User 2 subscribed. Total connections: 1",
    "[WebSocket] Received message from user 2: ping",
  ]) {
    expect(log.split("\n")).toContain(line);
  }
}, 20_000);

test("a token signed with another secret is refused at the hop token", async () => {
  await using example = await startExample();
  const token = await testToken("another secret", { sub: "2", name: "lzc2005" }, new Date());
  const report = await proveHandshake({ handshake: "example", urls: [example.url], token });
  expect(report.failures[0]?.hop).toBe("token");
  expect(report.failures[0]?.cause).toMatch(/^the backend refused the token \(1008 /);
}, 20_000);
