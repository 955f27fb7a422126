import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Plugin } from "./support/plugin.ts";
import { SshHost } from "./support/ssh-host.ts";
import { pluginUnderTest } from "./support/under-test.ts";

describe.each(["command", "tls"] as const)("the process of the plug-in %s", (name) => {
  it("says its port and nothing else, and ends when it is asked to", async () => {
    const child = spawn(await pluginUnderTest(name), ["127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      said.push(chunk.toString());
      child.kill("SIGINT");
    });
    await once(child, "close");
    expect(said.join("")).toMatch(/^\d+\n$/);
  });

  it("refuses a type it does not have, by name", async () => {
    await using plugin = await Plugin.start(name);
    await expect(plugin.check(`${name}:index:Nothing`, {})).rejects.toThrow("Nothing");
  });

  it("ends by itself when the one that started it is gone", async () => {
    const file = await pluginUnderTest(name);
    const shell = spawn("sh", ["-c", '"$0" 127.0.0.1:1 & wait', file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface(shell.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatch(/^\d+$/);
    // The pipe is the plug-in's as well: it closes when the last of the two is gone.
    const closed = once(shell.stdout, "close");
    shell.kill("SIGKILL");
    await closed;
  }, 20_000);
});

describe("a run that is cancelled", () => {
  let host: SshHost;
  beforeAll(async () => {
    host = await SshHost.start();
  });
  afterAll(() => host[Symbol.asyncDispose]());

  it("stops trying to reach the host", async () => {
    await using plugin = await Plugin.start("command");
    const connection = { host: "127.0.0.1", port: 1, user: "x", dialErrorLimit: -1 };
    const dialling = plugin.create("command:remote:Command", { connection, create: "true" });
    const failed = expect(dialling).rejects.toThrow("context canceled");
    await plugin.cancel();
    await failed;
  });

  it("lets a command that runs come to its end", async () => {
    await using plugin = await Plugin.start("command", { SSH_AUTH_SOCK: host.agent });
    const connection = { host: "127.0.0.1", port: host.port, user: host.user };
    const create = `echo begun; read _ < ${host.path("fifo")}; echo done`;
    await once(spawn("mkfifo", [host.path("fifo")]), "exit");
    const running = plugin.create("command:remote:Command", { connection, create });
    await plugin.engine.message("begun");
    await plugin.cancel();
    await once(spawn("sh", ["-c", `echo > ${host.path("fifo")}`]), "exit");
    expect((await running).state.stdout).toBe("begun\ndone");
  });
});
