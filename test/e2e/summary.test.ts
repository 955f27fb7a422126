import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestStack } from "../support/stack.ts";

/*
 * The summary of real previews of a real host. Each story starts from the state in which the one before left it.
 */
describe("a preview in a pull request", () => {
  let stack: TestStack;
  const canary = "CANARY-5d1e";

  beforeAll(async () => {
    stack = await TestStack.start("summary");
    await stack.must("config", "set", "--secret", "--path", "backendSecretEnvironment.OTHER", canary);
  });
  afterAll(async () => stack?.[Symbol.asyncDispose]());

  async function preview(...args: string[]) {
    const said = await stack.summary(...args);
    expect(said.summary + said.stderr).not.toContain(canary);
    expect(said.summary.length).toBeLessThan(60_000);
    return said;
  }

  it("of a bare host: every step, and the handshake at the end", async () => {
    const { exitCode, summary } = await preview();
    expect(exitCode).toBe(0);
    expect(summary).toMatch(
      /^### .*: 🔵 sets up command, packages, firewall, certificate, site and backend$/m,
    );
    expect(summary).toContain("+    location /ws {");
    expect(summary).toContain("| handshake | prove |");
  });

  it("of a host that is as it was left: no change, and the same text again", async () => {
    await stack.up();
    const first = await preview("--expect-no-changes");
    expect(first.exitCode).toBe(0);
    expect(first.summary).toMatch(/^### .*: ✅ no change$/m);
    expect((await preview()).summary).toBe(first.summary);
  });

  it("of a change: the line of the site, the files of the release, and that a secret changes", async () => {
    const backend = await stack.copyOfBackend();
    await appendFile(join(backend, "src/server.ts"), "// another line\n");
    await writeFile(join(backend, "public/new.txt"), "new\n");
    await stack.must("config", "set", "backendSource", backend);
    await stack.must("config", "set", "handshake", "example"); // a copy is a backend of one's own
    await stack.must("config", "set", "readTimeout", "3600");
    await stack.must("config", "set", "--secret", "--path", "backendSecretEnvironment.OTHER", `${canary}-2`);
    const { exitCode, summary, stderr } = await preview("--expect-no-changes");
    expect(exitCode, stderr).toBe(7);
    expect(summary).toMatch(/^### .*: 🔵 updates site and backend$/m);
    expect(summary).toContain("-        proxy_read_timeout 86400s;\n");
    expect(summary).toContain("+        proxy_read_timeout 3600s;\n");
    expect(summary).toContain("+ public/new.txt\n! src/server.ts\n");
    expect(summary).toContain("secret content, not shown");
    expect(await preview()).toMatchObject({ exitCode: 0, summary });
  });

  it("that fails: why, with the exit code of Pulumi", async () => {
    await stack.must("config", "set", "readTimeout", "0");
    const { exitCode, summary } = await preview();
    await stack.must("config", "set", "readTimeout", "3600");
    expect(exitCode).toBe(1);
    expect(summary).toMatch(/^### .*: ⛔ the preview failed$/m);
    expect(summary).toContain("readTimeout: expected whole seconds, at least 1, found 0");
  });
});
