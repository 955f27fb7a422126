import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocketServer } from "ws";
import { packageRoot } from "../../../infra/package-root.ts";
import { handshakeProgram } from "../../../infra/render/handshake-program.ts";

const folder = mkdtempSync(join(tmpdir(), "handshake-"));
const script = {
  clients: {},
  steps: [
    { name: "token", client: 1, send: { token: "${token}" }, expect: { welcome: true }, cleanup: false },
  ],
  logLines: [],
  logWithin: 1,
};
let server: WebSocketServer;

/** Runs the program as the host does: its libraries from elsewhere, the token by stdin. */
async function run(token: string): Promise<{ code: number; output: string }> {
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  const env = { ...process.env, NODE_PATH: join(packageRoot, "node_modules") };
  const child = execFile(process.execPath, ["handshake.cjs", url, "handshake.json"], { cwd: folder, env });
  child.stdin?.end(token);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (output += text));
  const [code] = await once(child, "close");
  return { code, output };
}

beforeAll(async () => {
  writeFileSync(join(folder, "handshake.cjs"), await handshakeProgram());
  writeFileSync(join(folder, "handshake.json"), JSON.stringify({ handshake: script, timeoutMs: 1000 }));
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) =>
    socket.on("message", (data) => {
      if (JSON.parse(data.toString()).token === "good") socket.send('{"welcome":true}');
      else socket.close(1008, `no ${data}`);
    }),
  );
  await once(server, "listening");
});
afterAll(() => server.close());

describe("the handshake as a program for the host", () => {
  it("passes where the backend does what it must", async () => {
    expect(await run("good")).toEqual({ code: 0, output: expect.stringMatching(/^handshake passed on ws:/) });
  });

  it("fails by its last line, without the token", async () => {
    const { code, output } = await run("canary");
    expect(code).toBe(1);
    expect(output).toMatch(/it failed the handshake at token: the backend refused the token \(1008 .*\n$/);
    expect(output).not.toContain("canary");
  });

  it("is the same text each time, and holds no path of this machine", async () => {
    const text = await handshakeProgram();
    expect(text).toBe(await handshakeProgram());
    expect(text).not.toContain(packageRoot);
  });

  it("is made by two hosts of one program at the same time", async () => {
    vi.stubEnv("XDG_CACHE_HOME", mkdtempSync(join(tmpdir(), "缓存 cache-")));
    const [one, two] = await Promise.all([handshakeProgram(), handshakeProgram()]);
    vi.unstubAllEnvs();
    expect(one).toBe(two);
  });

  it("needs only what pm2's lock file brings", async () => {
    const lock = JSON.parse(readFileSync(join(packageRoot, "templates/pm2/package-lock.json"), "utf8"));
    const wanted = [...(await handshakeProgram()).matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(wanted.filter((name) => !name?.startsWith("node:"))).toEqual(["ws"]);
    expect(lock.packages["node_modules/ws"].version).toMatch(/^8\./);
  });
});
