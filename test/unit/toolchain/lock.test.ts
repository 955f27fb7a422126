import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive, self, withLock } from "../../../sandbox/toolchain/first/lock.mjs";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "geo-system-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Above the highest number that Linux gives a process. */
const nobody = 2 ** 22 + 1;
const elsewhere = { ...self(), machine: "another machine" };

describe("the lock", () => {
  it("lets one in after the other, and tells the others whom they wait for", async () => {
    const order: string[] = [];
    const waits: number[] = [];
    const enter = (name: string) =>
      withLock(
        folder,
        async () => {
          order.push(`${name} in`);
          await new Promise(setImmediate);
          order.push(`${name} out`);
        },
        { poll: 1, onWait: ({ pid }) => waits.push(pid) },
      );
    await Promise.all(["a", "b", "c"].map(enter));
    for (let at = 0; at < order.length; at += 2) expect(order[at + 1]).toBe(order[at]?.replace("in", "out"));
    expect(order).toHaveLength(6);
    expect(new Set(waits)).toEqual(new Set([process.pid]));
  });

  it("is free again when the work failed, and hands on what the work threw", async () => {
    await expect(withLock(folder, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
    expect(await withLock(folder, () => Promise.resolve("done"))).toBe("done");
  });

  it("is taken over from a process that died, whose entry goes", async () => {
    await writeFile(join(folder, "4"), JSON.stringify({ ...self(), pid: nobody }));
    expect(await withLock(folder, () => readdir(folder))).toEqual(["5"]);
  });

  it("knows the living from the dead", () => {
    expect(isAlive(self())).toBe(true);
    expect(isAlive({ ...self(), released: true })).toBe(false);
    expect(isAlive({ ...self(), pid: nobody })).toBe(false);
    // The number is in use again, after a reboot or a long time.
    expect(isAlive({ ...self(), started: "another boot 42" })).toBe(false);
  });

  it("believes a holder elsewhere by its heartbeat", () => {
    expect(isAlive({ ...elsewhere, touched: Date.now() - 5_000 })).toBe(true);
    expect(isAlive({ ...elsewhere, touched: Date.now() - 120_000 })).toBe(false);
  });
});
