import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installPlugin, pluginSourceHash } from "../../../sandbox/plugins/install.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "install-"));
});

afterEach(() => rm(folder, { recursive: true }));

describe.each(["command", "tls"] as const)("the installation of the plug-in %s", (name) => {
  it("leaves an executable and one file beside it, also if two run at once", async () => {
    await Promise.all([installPlugin(name, folder), installPlugin(name, folder)]);
    expect((await readdir(folder)).sort()).toEqual([`${name}.cjs`, `pulumi-resource-${name}`].sort());
    expect((await stat(join(folder, `pulumi-resource-${name}`))).mode & 0o111).toBe(0o111);
  });

  it("needs nothing but Node later on", async () => {
    await installPlugin(name, folder);
    const program = await readFile(join(folder, `${name}.cjs`), "utf8");
    const required = [...program.matchAll(/require\("([^"]+)"\)/g)].map(([, module]) => module ?? "");
    // These two speed ssh2 up where they were compiled; it does without.
    const optional = ["cpu-features", "./crypto/build/Release/sshcrypto.node"];
    expect(required.length).toBeGreaterThan(5);
    expect(required.filter((module) => !isBuiltin(module) && !optional.includes(module))).toEqual([]);
  });

  it("is told from another state of the sources by a hash", async () => {
    const hash = await pluginSourceHash(name);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await pluginSourceHash(name)).toBe(hash);
  });
});
