import { rm, truncate } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { isMounted } from "../../sandbox/host/mounts.ts";
import { filesOf } from "../../sandbox/host/paths.ts";
import { isAlive, kill, processesOn, processesWith } from "../../sandbox/host/processes.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { startHost } from "../support/host.ts";
import { waitFor } from "../support/wait.ts";
import { traces } from "./traces.ts";

describe("after a crash", () => {
  it("a host whose nspawn was killed is switched on again, with what it had written", async () => {
    await using host = await startHost("crash");
    await host.run("echo here >left-by-me; sync");
    await killBoot(host.name);
    expect(sandbox.info(host.name)).toBeUndefined();
    const left = processesOn(filesOf(host.name).upper);
    expect(await sandbox.up(host.name)).toEqual(host.info);
    expect(left.filter(isAlive)).toEqual([]);
    expect(await host.run("cat left-by-me")).toBe("here");
  });

  it.each([
    { what: "without a record", spoil: (record: string) => rm(record) },
    { what: "with half a record", spoil: (record: string) => truncate(record, 20) },
  ])("what the next start finds of another, half-made one $what goes away", async ({ spoil }) => {
    await using other = await startHost("another");
    const host = await startHost("half");
    await killBoot(host.name);
    await spoil(filesOf(host.name).record);
    await sandbox.up(other.name);
    expect(await traces(host.name)).toEqual([]);
  });

  it("one that is off keeps its files, and neither mounts nor processes", async () => {
    await using host = await startHost("off");
    await killBoot(host.name);
    await using _ = await startHost("next");
    expect(isMounted(filesOf(host.name).root)).toBe(false);
    expect(processesOn(filesOf(host.name).upper)).toEqual([]);
    expect(sandbox.sandboxNames()).toContain(host.name);
  });
});

/** As the machine's out-of-memory killer would: all that keeps the host running, and nothing inside. */
async function killBoot(name: string): Promise<void> {
  const boot = processesWith(`--directory=${filesOf(name).root}`);
  boot.forEach(kill);
  // A signal is on its way when kill returns; a busy machine ends the process a moment later.
  await waitFor(`the boot of ${name} to end`, () => !boot.some(isAlive));
}
