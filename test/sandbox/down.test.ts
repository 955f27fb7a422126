import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { startHost } from "../support/host.ts";
import { traces } from "./traces.ts";

const networkLife = fileURLToPath(new URL("network-life.ts", import.meta.url));

describe("when a sandbox is thrown away", () => {
  it("no process, mount, link, namespace or folder of it is left", async () => {
    const host = await startHost("down");
    await host.outside();
    expect(await traces(host.name)).not.toEqual([]);
    await host[Symbol.asyncDispose]();
    expect(await traces(host.name)).toEqual([]);
  });

  it("the bridge and its rules go with the last one, and other people's rules stay", async () => {
    // In a network of its own, so that the other sandboxes of this machine do not count.
    const { stdout } = await execa("unshare", ["--net", process.execPath, "--import", "tsx", networkLife]);
    const { before, during, mended, after } = JSON.parse(stdout);
    expect(during).not.toEqual(before);
    expect(mended).toEqual(during);
    expect(after).toEqual(before);
  });
});
