import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Properties } from "../../sandbox/plugins/protocol/values.ts";
import { Plugin } from "./support/plugin.ts";
import { SshHost } from "./support/ssh-host.ts";

const type = "command:remote:Command";

let open: SshHost;
let strict: SshHost;
let plugin: Plugin;

beforeAll(async () => {
  [open, strict] = await Promise.all([SshHost.start({ acceptEnv: "GEO_* PULUMI_*" }), SshHost.start()]);
  plugin = await Plugin.start("command");
});

afterAll(async () => {
  await plugin?.[Symbol.asyncDispose]();
  await Promise.all([open?.[Symbol.asyncDispose](), strict?.[Symbol.asyncDispose]()]);
});

const on = (host: SshHost, inputs: Properties): Properties => ({
  connection: { host: "127.0.0.1", port: host.port, user: host.user, agentSocketPath: host.agent },
  ...inputs,
});

describe("variables of a command", () => {
  it("reach it if the host accepts them", async () => {
    const inputs = on(open, {
      create: "echo $GEO_ONE $GEO_TWO",
      environment: { GEO_ONE: "1", GEO_TWO: "2" },
    });
    expect((await plugin.create(type, inputs)).state.stdout).toBe("1 2");
  });

  it("fail it if the host refuses them", async () => {
    const running = plugin.create(type, on(strict, { create: "true", environment: { GEO_ONE: "1" } }));
    await expect(running).rejects.toThrow('could not set environment variable "GEO_ONE": ssh: setenv failed');
  });
});

describe("the output of the previous command", () => {
  const change = async (host: SshHost, more: Properties = {}) => {
    plugin.engine.messages.length = 0;
    const { state } = await plugin.create(type, on(host, { create: "echo first" }));
    return plugin.update(type, state, on(host, { create: "echo got $PULUMI_COMMAND_STDOUT", ...more }));
  };
  const warnings = () => plugin.engine.messages.filter(({ severity }) => severity === "warning");

  it("is at hand in the next one", async () => {
    expect((await change(open)).stdout).toBe("got first");
  });

  it("is missing with a warning if the host refuses it", async () => {
    expect((await change(strict)).stdout).toBe("got");
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]?.text).toContain("Unable to set 'PULUMI_COMMAND_STDOUT'");
  });

  it("is not offered if the program does not want it", async () => {
    expect((await change(open, { addPreviousOutputInEnv: false })).stdout).toBe("got");
    expect((await change(strict, { addPreviousOutputInEnv: false })).stdout).toBe("got");
    expect(warnings()).toEqual([]);
  });
});
