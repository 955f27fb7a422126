import { mkdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Machine, startMachine } from "./support/machine.ts";
import { bin, plugins } from "./support/places.ts";

async function network(state: "open" | "closed", machine?: Machine): Promise<Machine> {
  const there = machine ?? (await startMachine());
  return there.install(`curl-${state}`, join(there.bin, "curl"));
}

const marker = `${plugins.command}/made-by-geo-system.json`;

describe("set-up where Pulumi's downloads can be reached", { timeout: 60_000 }, () => {
  it("downloads the CLI by the official script and the plug-ins by the CLI", async () => {
    await using machine = await network("open");
    const { exitCode, stderr } = await machine.setup();
    expect(stderr).toContain("and its Node language host: the official download");
    expect(stderr).toMatch(/Plug-in command \S+: the official download/);
    expect(exitCode).toBe(0);
    expect(machine.has(`${bin}/pulumi-language-nodejs`)).toBe(true);
    expect(machine.has(marker)).toBe(false);
  });

  it("builds when the download breaks off, and believes no half of it", async () => {
    await using machine = await network("open");
    await machine.install("go");
    const { exitCode, stderr } = await machine.setup([], { FAKE_DOWNLOAD_FAILURE: "connection reset" });
    expect(stderr).toContain("built from their Go modules");
    expect(exitCode).toBe(0);
  });

  it("brings its own plug-in when the official one is refused, and says why", async () => {
    await using machine = await network("open");
    const { stderr } = await machine.setup([], { FAKE_PLUGIN_FAILURE: "403 HTTP error" });
    expect(stderr).toMatch(
      /the project's own, because `pulumi plugin install .*` failed \(error: 403 HTTP error\)/,
    );
    expect(machine.has(marker)).toBe(true);
  });

  it("replaces its own plug-ins by official ones once they can be had", async () => {
    await using machine = await network("closed");
    await machine.install("go");
    await machine.setup();
    expect(machine.has(marker)).toBe(true);
    await network("open", machine);
    await machine.setup(["--refresh"]);
    expect(machine.has(marker)).toBe(false);
    expect(machine.has(`${plugins.command}/pulumi-resource-command`)).toBe(true);
  });
});

describe("set-up where a CLI is on the machine", { timeout: 30_000 }, () => {
  const installed = async (machine: Machine) => {
    await machine.install("pulumi");
    return machine.install("pulumi-language-nodejs");
  };

  it("uses it as it is", async () => {
    await using machine = await installed(await network("closed"));
    const { exitCode, stderr } = await machine.setup([], { FAKE_PULUMI_VERSION: "3.300.1" });
    expect(stderr).toContain(`version 3.300.1 of this machine, ${machine.bin}/pulumi`);
    expect(exitCode).toBe(0);
    expect(await readlink(join(machine.home, bin, "pulumi"))).toBe(join(machine.bin, "pulumi"));
  });

  it("does not use one that is older than the SDK, nor half a file in the right place", async () => {
    await using machine = await installed(await network("closed"));
    await machine.install("go");
    await mkdir(join(machine.home, bin), { recursive: true });
    await machine.install("pulumi-language-nodejs", join(machine.home, bin, "pulumi"));
    const { stderr } = await machine.setup([], { FAKE_PULUMI_VERSION: "3.100.0" });
    expect(stderr).toContain("the Pulumi CLI that Go built does not run");
  });
});
