import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pluginMarker, pulumiCommand, pulumiEnvironment } from "../../../sandbox/toolchain/pulumi-home.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "geo-system-pulumi-"));
  vi.stubEnv("PULUMI_HOME", home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

it("puts the CLI and its language host first on PATH", () => {
  expect(pulumiCommand().startsWith(home)).toBe(true);
  expect(pulumiEnvironment({ PATH: "/usr/bin" })).toEqual({
    PATH: `${dirname(pulumiCommand())}:/usr/bin`,
    PULUMI_HOME: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
});

it("keeps the engine from asking for plug-ins where only the project's own can be had", async () => {
  await mkdir(dirname(pluginMarker("tls")), { recursive: true });
  await writeFile(pluginMarker("tls"), "{}");
  expect(pulumiEnvironment()).toMatchObject({ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" });
});
