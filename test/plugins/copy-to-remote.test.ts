import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Asset, type Properties, Secret } from "../../sandbox/plugins/protocol/values.ts";
import { Plugin } from "./support/plugin.ts";
import { SshHost } from "./support/ssh-host.ts";

const type = "command:remote:CopyToRemote";

let host: SshHost;
let plugin: Plugin;
let connection: Properties;

beforeAll(async () => {
  host = await SshHost.start();
  plugin = await Plugin.start("command");
  connection = { host: "127.0.0.1", port: host.port, user: host.user, agentSocketPath: host.agent };
});

beforeEach(async () => {
  await rm(host.path("to"), { recursive: true, force: true });
  await mkdir(host.path("to"));
  await mkdir(host.path("from/sub"), { recursive: true });
  await writeFile(host.path("from/a"), "in a");
  await writeFile(host.path("from/sub/b"), "in b");
});

afterAll(async () => {
  await plugin?.[Symbol.asyncDispose]();
  await host?.[Symbol.asyncDispose]();
});

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const text = (content: string) => new Asset("asset", { text: content, hash: hash(content) });
const file = (path: string, content = path) => new Asset("asset", { path, hash: hash(content) });
const folder = (path: string) => new Asset("archive", { path, hash: hash(path) });
const copy = (source: Asset, to: string) =>
  plugin.create(type, { connection, source, remotePath: host.path(to) });
const list = async () => (await readdir(host.path("to"), { recursive: true })).sort();

describe("a copy to a host", () => {
  it("writes a text to a file, and over one that is there", async () => {
    await copy(text("long before"), "to/file");
    await copy(text("now"), "to/file");
    expect(await readFile(host.path("to/file"), "utf8")).toBe("now");
  });

  it("does not guess a name for a text", async () => {
    await expect(copy(text("x"), "to")).rejects.toThrow(`remote path ${host.path("to")} is a directory`);
  });

  it("puts a file at a path, or into a folder that is there", async () => {
    await copy(file(host.path("from/a")), "to/new");
    await copy(file(host.path("from/a")), "to");
    expect(await list()).toEqual(["a", "new"]);
    expect(await readFile(host.path("to/a"), "utf8")).toBe("in a");
  });

  it("carries a large file whole", async () => {
    const large = "0123456789abcdef".repeat(500_000);
    await writeFile(host.path("large"), large);
    await copy(file(host.path("large")), "to/large");
    expect(hash(await readFile(host.path("to/large"), "utf8"))).toBe(hash(large));
  });

  it("puts a folder into a folder, and with a slash behind it only what is in it", async () => {
    await copy(folder(host.path("from")), "to");
    expect(await list()).toEqual(["from", "from/a", "from/sub", "from/sub/b"]);
    await copy(folder(`${host.path("from")}/`), "to/plain");
    expect(await readdir(host.path("to/plain"))).toEqual(["a", "sub"]);
  });

  it("does not put a folder over a file", async () => {
    await copy(text("x"), "to/file");
    await expect(copy(folder(host.path("from")), "to/file")).rejects.toThrow();
  });

  it("makes the folders on the way to a file", async () => {
    await copy(text("x"), "to/a/b/c");
    await copy(file(host.path("from/a")), "to/d/e");
    expect(await list()).toEqual(["a", "a/b", "a/b/c", "d", "d/e"]);
  });

  it("fails if there is nothing to copy", async () => {
    await expect(copy(file("/nowhere/at/all"), "to")).rejects.toThrow(
      "open /nowhere/at/all: no such file or directory",
    );
  });

  it("keeps its inputs as its state, the connection secret", async () => {
    const { id, state } = await copy(text("x"), "to/file");
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(state).toMatchObject({ source: text("x"), remotePath: host.path("to/file") });
    expect(state.connection).toBeInstanceOf(Secret);
  });

  it("takes a preview without copying", async () => {
    await plugin.create(type, { connection, source: text("x"), remotePath: host.path("to/file") }, true);
    expect(await list()).toEqual([]);
  });
});

describe("a change of a copy", () => {
  const inputs = (content: string, more: Properties = {}) => ({
    connection,
    source: text(content),
    remotePath: host.path("to/file"),
    ...more,
  });

  it("copies again if the content or the place is another", async () => {
    const { state } = await plugin.create(type, inputs("one"));
    await plugin.update(type, state, inputs("two"));
    await plugin.update(type, state, inputs("one", { remotePath: host.path("to/other") }));
    expect(await readFile(host.path("to/file"), "utf8")).toBe("two");
    expect(await readFile(host.path("to/other"), "utf8")).toBe("one");
  });

  it("copies nothing if only the connection is another", async () => {
    const { state } = await plugin.create(type, inputs("one"));
    await rm(host.path("to/file"));
    await plugin.update(type, state, inputs("one", { connection: { ...connection, perDialTimeout: 5 } }));
    expect(await list()).toEqual([]);
  });

  it("leaves the file where it is at the end", async () => {
    const { state } = await plugin.create(type, inputs("one"));
    await plugin.delete(type, state);
    expect(await list()).toEqual(["file"]);
  });

  it("shows in the preview as an update of the source", async () => {
    const { inputs: before } = await plugin.check(type, inputs("one"));
    const { inputs: after } = await plugin.check(type, inputs("two"));
    expect((await plugin.diff(type, before, after)).paths).toEqual({ source: "update" });
    expect((await plugin.diff(type, before, before)).changes).toBe(false);
  });
});
