import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pinned } from "../../../sandbox/toolchain/first/places.mjs";
import { startMachine } from "./support/machine.ts";

describe("set-up where neither a download nor a build is possible", { timeout: 30_000 }, () => {
  it("says what it tried, what to install or fetch, and where to put it", async () => {
    await using machine = await startMachine();
    await machine.install("curl-closed", join(machine.bin, "curl"));
    const { exitCode, stdout, stderr } = await machine.setup();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("get.pulumi.com cannot be reached (Could not resolve host: get.pulumi.com)");
    expect(stderr).toContain("Go was not found on PATH");
    expect(stderr).toContain(`https://get.pulumi.com/releases/sdk/pulumi-v${pinned.cli}-`);
    expect(stderr).toContain(join(machine.pulumiHome, "versions", pinned.cli, "bin/pulumi-language-nodejs"));
  });

  it("names the version of a Go that is too old", async () => {
    await using machine = await startMachine();
    await machine.install("curl-closed", join(machine.bin, "curl"));
    await machine.install("go");
    const { stderr } = await machine.setup([], { FAKE_GO_VERSION: "go1.19.8", FAKE_GO_TOOLCHAIN: "" });
    expect(stderr).toMatch(/the Go that was found is 1\.19\.8; 1\.\d+\.\d+ or newer is needed/);
    expect(machine.has("builds")).toBe(false);
  });
});
