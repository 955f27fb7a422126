import { describe, expect, it } from "vitest";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { startHost } from "../support/host.ts";
import { testName } from "../support/test-name.ts";

describe("several sandboxes", () => {
  it("start at the same time, each with its own address, keys and services", async () => {
    const hosts = await Promise.all(["left", "right"].map(startHost));
    await using left = hosts[0];
    await using right = hosts[1];
    if (!left || !right) throw new Error("expected two hosts");
    expect(left.address).not.toBe(right.address);
    expect(left.info.hostKey).not.toBe(right.info.hostKey);
    await left.run("sudo systemctl stop cron");
    expect(await right.run("systemctl is-active cron")).toBe("active");
    expect(await left.run(`nc -z -w 2 ${right.address} 22 && echo reached`)).toBe("reached");
  });

  it("are one when two commands start the same name at once", async () => {
    const name = testName("twice");
    try {
      const [first, second] = await Promise.all([sandbox.up(name), sandbox.up(name)]);
      expect(first).toEqual(second);
    } finally {
      await sandbox.down(name);
    }
  });

  it("go one by one: what is left does not notice", async () => {
    await using stays = await startHost("stays");
    {
      await using goes = await startHost("goes");
      expect(sandbox.sandboxNames()).toContain(goes.name);
    }
    expect(await stays.run("echo still here")).toBe("still here");
  });
});
