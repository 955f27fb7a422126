import { describe, expect, it } from "vitest";
import { whyNoSandbox } from "../../../sandbox/host/requirements.ts";
import type { Machine } from "../../../sandbox/toolchain/system-packages.ts";

const machine: Machine = {
  platform: "linux",
  isRoot: false,
  distribution: ["debian"],
  has: () => true,
  apt: () => Promise.reject(new Error("nothing may be installed by asking")),
  say: () => {},
};

describe("a machine that can have no sandbox", () => {
  it("is told why, and that a host of one's own works", async () => {
    const why = await whyNoSandbox({ ...machine, platform: "darwin" });
    expect(why).toMatch(/needs Linux, and this is darwin[\s\S]*config set host/);
  });

  it("is told to become root, and nothing about packages that are there", async () => {
    const why = await whyNoSandbox(machine);
    expect(why).toMatch(/needs root[\s\S]*sudo[\s\S]*config set host/);
    expect(why).not.toContain("apt-get");
  });

  it("is told which packages are missing, and the one command that installs them", async () => {
    const has = (command: string) => !["debootstrap", "iptables"].includes(command);
    const why = await whyNoSandbox({ ...machine, has });
    expect(why).toMatch(/needs root[\s\S]*Missing for the sandbox.*: debootstrap, iptables\./);
    expect(why).toContain("sudo apt-get install --yes --no-install-recommends debootstrap iptables\n");
    expect(why?.match(/A host of your own works as well/g)).toHaveLength(1);
  });
});

it("root on Linux may have one", async () => {
  expect(await whyNoSandbox({ ...machine, isRoot: true })).toBeUndefined();
});
