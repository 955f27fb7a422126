import { expect, test, vi } from "vitest";
import { TestClient } from "./support/client.ts";
import { runBackend, startProcess } from "./support/process.ts";
import { start, temporaryFolder, tokenOf } from "./support/start.ts";

// A process takes a second to start, and on a busy machine several.
vi.setConfig({ testTimeout: 30_000 });

test.each(["SIGINT", "SIGTERM"] as const)("stops cleanly and exits 0 on %s", async (signal) => {
  await using folder = await temporaryFolder();
  const { child, port } = await startProcess({ DATA_DIR: folder.path });
  const client = new TestClient(`ws://127.0.0.1:${port}/ws?token=${await tokenOf()}`);
  await client.nextOf("subscribed");
  child.kill(signal);
  child.kill(signal);
  expect(await client.closed).toEqual({ code: 1012, reason: "service restart" });
  const { exitCode, stdout } = await child;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\[geo-backend\] Stopped$/);
});

test("refuses to start without a secret, with exit code 78", async () => {
  const { exitCode, stderr } = await runBackend({ TOKEN_SECRET: "" });
  expect(stderr).toMatch(
    /^\[geo-backend\] Cannot start\.\n {2}TOKEN_SECRET: expected a secret of at least 16/,
  );
  expect(exitCode).toBe(78);
});

test("says which port is taken", async () => {
  await using folder = await temporaryFolder();
  await using backend = await start();
  const { exitCode, stderr } = await runBackend({ PORT: `${backend.port}`, DATA_DIR: folder.path });
  expect(stderr).toContain(`PORT: 127.0.0.1:${backend.port} is taken`);
  expect(exitCode).toBe(1);
});

test("says which folder cannot be written", async () => {
  const { exitCode, stderr } = await runBackend({ DATA_DIR: "/dev/null/data" });
  expect(stderr).toContain(
    "DATA_DIR: expected a folder that can be written, failed at /dev/null/data/accounts",
  );
  expect(exitCode).toBe(1);
});
