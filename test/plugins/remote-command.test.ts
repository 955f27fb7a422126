import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Properties, Secret, Unknown } from "../../sandbox/plugins/protocol/values.ts";
import { Plugin } from "./support/plugin.ts";
import { freePort, SshHost } from "./support/ssh-host.ts";

const type = "command:remote:Command";

let host: SshHost;
let plugin: Plugin;
let connection: Properties;

beforeAll(async () => {
  host = await SshHost.start();
  plugin = await Plugin.start("command", { SSH_AUTH_SOCK: host.agent });
  const hostKey = await host.read("ed25519.pub");
  connection = { host: "127.0.0.1", port: host.port, user: host.user, hostKey, dialErrorLimit: 0 };
});

afterAll(async () => {
  await plugin?.[Symbol.asyncDispose]();
  await host?.[Symbol.asyncDispose]();
});

const create = (inputs: Properties) => plugin.create(type, { connection, ...inputs });

describe("a command on a remote host", () => {
  it("keeps what it wrote, without the last newline, and an identifier that begins with its name", async () => {
    const { id, state } = await create({ create: "echo one; echo two; echo wrong >&2" });
    expect(state).toMatchObject({ stdout: "one\ntwo", stderr: "wrong" });
    expect(id).toMatch(/^thing[0-9a-f]{8}$/);
  });

  it("gets its input as text, however long and in whatever language", async () => {
    const stdin = `${"Grüße, 世界\n".repeat(20_000)}end`;
    const { state } = await create({ create: "cat", stdin, logging: "none" });
    expect(state.stdout).toBe(stdin);
  });

  it("meets the end of its input at once if it is given none", async () => {
    const { state } = await create({ create: "cat; echo done" });
    expect(state.stdout).toBe("done");
  });

  it("may end without reading its input", async () => {
    const { state } = await create({ create: "echo done", stdin: "x".repeat(1_000_000) });
    expect(state.stdout).toBe("done");
  });

  it("fails with the command and all its output if the process exits with 3", async () => {
    const failing = create({ create: 'echo "before"; echo why >&2; exit 3' });
    await expect(failing).rejects.toThrow(
      /^Process exited with status 3: running "echo \\"before\\"; echo why >&2; exit 3":\n(before\nwhy|why\nbefore)\n$/,
    );
  });

  it("names the signal that ended it", async () => {
    await expect(create({ create: "kill -TERM $$" })).rejects.toThrow(
      "Process exited with status 143 from signal TERM",
    );
  });

  it("does nothing where there is no command for the occasion", async () => {
    const { state } = await create({ update: "echo never" });
    expect(state).toMatchObject({ stdout: "", stderr: "" });
    await plugin.delete(type, { ...state, connection: { host: "nowhere.invalid" } });
  });

  it("runs side by side with others", async () => {
    const names = ["a", "b", "c", "d"];
    const runs = await Promise.all(names.map((name) => create({ create: `echo ${name}` })));
    expect(runs.map(({ state }) => state.stdout)).toEqual(names);
  });
});

describe("a change of a command", () => {
  it("runs update where there is one, else create", async () => {
    const { state } = await create({ create: "echo created" });
    const both = { connection, create: "echo created", update: "echo updated" };
    expect(await plugin.update(type, state, both)).toMatchObject({ stdout: "updated" });
    const one = { connection, create: "echo again" };
    expect(await plugin.update(type, state, one)).toMatchObject({ stdout: "again" });
  });

  it("fails without touching the state if the command fails", async () => {
    const { state } = await create({ create: "echo fine" });
    const broken = plugin.update(type, state, { connection, create: "false" });
    await expect(broken).rejects.toThrow('Process exited with status 1: running "false":\n');
  });

  it("deletes by the connection and the command of the old state", async () => {
    const mark = host.path("deleted");
    const { state } = await create({ create: "true", delete: `cat > ${mark}`, stdin: "goodbye" });
    await plugin.delete(type, state);
    expect(await readFile(mark, "utf8")).toBe("goodbye");
  });

  it("leaves a refresh nothing to find", async () => {
    const { state } = await create({ create: "echo x" });
    expect(await plugin.read(type, state, { connection })).toEqual(state);
  });
});

describe("the output of a command while it runs", () => {
  const shownBy = async (logging: string | undefined) => {
    plugin.engine.messages.length = 0;
    await create({ create: "echo out; echo err >&2", ...(logging && { logging }) });
    return plugin.shown.sort();
  };

  it("is shown line by line, both streams", async () => {
    expect(await shownBy(undefined)).toEqual(["err", "out"]);
    expect(await shownBy("stdoutAndStderr")).toEqual(["err", "out"]);
  });

  it("is shown to its end if no newline stands there", async () => {
    plugin.engine.messages.length = 0;
    await create({ create: "printf unfinished" });
    expect(plugin.shown).toEqual(["unfinished"]);
  });

  it("is shown as far as logging says", async () => {
    expect(await shownBy("stdout")).toEqual(["out"]);
    expect(await shownBy("stderr")).toEqual(["err"]);
    expect(await shownBy("none")).toEqual([]);
  });
});

describe("secrets and previews", () => {
  it("keeps secret inputs secret in the state, the connection always, the output not", async () => {
    const { state } = await create({ create: "cat", stdin: new Secret("hush") });
    expect(state.stdin).toEqual(new Secret("hush"));
    expect(state.connection).toBeInstanceOf(Secret);
    expect(state.stdout).toBe("hush");
  });

  it("takes a preview of a new command without reaching for the host", async () => {
    const closed = { host: "nowhere.invalid", user: "nobody" };
    const inputs = { connection: closed, create: "echo x", stdin: new Unknown() };
    const { state } = await plugin.create(type, inputs, true);
    expect(state).toMatchObject({ create: "echo x", stdin: new Unknown(), stdout: new Unknown() });
  });

  it("foresees new output of a changed command, and the same of one to which only something was added", async () => {
    const { state } = await create({ create: "echo x" });
    const changed = { connection, create: "echo y" };
    expect(await plugin.update(type, state, changed, true)).toMatchObject({ stdout: new Unknown() });
    const added = { connection, create: "echo x", delete: "echo z" };
    expect(await plugin.update(type, state, added, true)).toMatchObject({ stdout: "x" });
  });
});

describe("what counts as a change", () => {
  const base = { create: "true", stdin: "a", triggers: ["x"] };
  const differences = async (inputs: Properties) => {
    const before = (await plugin.check(type, { connection, ...base })).inputs;
    const after = (await plugin.check(type, { connection, ...base, ...inputs })).inputs;
    return plugin.diff(type, { ...before, stdout: "", stderr: "" }, after);
  };

  it("is nothing if nothing changed", async () => {
    expect(await differences({})).toEqual({ changes: false, paths: {}, replaces: false });
  });

  it("is an update for any input", async () => {
    expect((await differences({ stdin: "b" })).paths).toEqual({ stdin: "update" });
    expect((await differences({ delete: "true" })).paths).toEqual({ delete: "add" });
    expect((await differences({ logging: "none" })).paths).toEqual({ logging: "add" });
    expect((await differences({ stdin: new Unknown() })).paths).toEqual({ stdin: "update" });
    const moved = { connection: { ...connection, user: "other" } };
    expect(await differences(moved)).toMatchObject({ changes: true, replaces: false });
  });

  it("is one trigger, which the package's own options turn into a replacement", async () => {
    expect((await differences({ triggers: ["y"] })).paths).toEqual({ "triggers[0]": "update" });
  });

  it("is a replacement if there were no triggers before", async () => {
    const before = (await plugin.check(type, { connection, create: "true" })).inputs;
    const after = (await plugin.check(type, { connection, create: "true", triggers: ["x"] })).inputs;
    expect(await plugin.diff(type, before, after)).toMatchObject({ paths: { triggers: "add_replace" } });
  });

  it("is not what the program wants ignored", async () => {
    const before = (await plugin.check(type, { connection, ...base })).inputs;
    const after = { ...before, stdin: "b" };
    expect(await plugin.diff(type, before, after, ["stdin"])).toMatchObject({ changes: false });
  });
});

describe("the check of the inputs", () => {
  it("fills in the defaults of the connection and hides it", async () => {
    const { inputs, failures } = await plugin.check(type, { connection: { host: "h" }, create: "true" });
    const defaults = { host: "h", port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
    expect(inputs.connection).toEqual(new Secret(defaults));
    expect(inputs).not.toHaveProperty("addPreviousOutputInEnv");
    expect(failures).toEqual([]);
  });

  it("refuses a wrong type and a missing connection", async () => {
    const wrong = await plugin.check(type, { connection: { host: "h" }, create: ["true"] });
    expect(wrong.failures).toMatchObject([{ property: "create" }]);
    const missing = await plugin.check(type, { create: "true" });
    expect(missing.failures).toHaveLength(1);
  });
});

describe("a host that cannot be reached", () => {
  it("is tried again as often as dialErrorLimit says", async () => {
    plugin.engine.messages.length = 0;
    const closed = { ...connection, port: await freePort(), dialErrorLimit: 2 };
    const dialling = plugin.create(type, { connection: closed, create: "true" });
    await expect(dialling).rejects.toThrow(
      /^after 2 failed attempts: dial tcp 127\.0\.0\.1:\d+: connect: connection refused$/,
    );
    expect(plugin.shown).toEqual(["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"]);
  });
});
