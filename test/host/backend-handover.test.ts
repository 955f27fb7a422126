import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../infra/settings/schema.ts";
import type { FixtureBackend } from "./support/backend.ts";
import { answers, startBackendHost, type Users } from "./support/users.ts";

/*
 * What users see of a new release, through nginx, while it takes the place of the old one. A prober opens a new
 * WebSocket every 20 ms all the time; those who were connected before tell when and how that ended.
 */
let backend: FixtureBackend;
let users: Users;

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("handover"));
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

describe.each([
  ["fork mode", { backendEnvironment: { AWARE: "1" } }],
  ["cluster mode", { backendEnvironment: { AWARE: "1" }, backendInstances: 2 }],
] satisfies [string, Partial<Settings>][])("in %s a new release", (_, mode) => {
  beforeAll(async () => void (await backend.apply(await backend.release("one"), mode)));

  it("rejects no client, and asks those connected to reconnect, at a pace", async () => {
    const there = await users.connectAll(5);
    const said = await users.unnoticed(async () => backend.apply(await backend.release("two"), mode));
    const closed = await Promise.all(there.map((user) => user.closed));
    expect(closed.map(({ code }) => code)).toEqual([1012, 1012, 1012, 1012, 1012]);
    const times = closed.map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1);
    expect(said).toContain("5 connections were asked to reconnect, and left");
    expect(await backend.seen()).toMatchObject({ release: "two", env: { PORT: "3000" } });
    expect(await backend.applications()).toEqual(["geo-backend"]);
    expect(await backend.check()).toBe("unchanged");
  });

  it("leaves those who are there in peace until it is confirmed", async () => {
    const [there, current] = [await users.connectAll(3), await backend.current()];
    const said = await users.unnoticed(async () => backend.start(await backend.release("three"), mode));
    expect(said).toContain("provisional: taken back in 60 s, unless confirmed");
    for (const user of there) expect(await answers(user)).toBe(true);
    expect(await backend.seen()).toMatchObject({ release: "three" });
    expect(await backend.current()).toBe(current);
    expect((await backend.status()).release).toMatch(
      /; release \w+ serves provisionally, and is taken back in \d+ s unless it is confirmed$/,
    );
    expect(await backend.host.fails("sudo geo-system backend check")).toContain("is not at its end");
    await users.unnoticed(() => backend.confirm());
    expect(await Promise.all(there.map(async ({ closed }) => (await closed).code))).toEqual([
      1012, 1012, 1012,
    ]);
  });

  it("that fails the proof from outside is taken back, and those who are there never notice", async () => {
    const [there, before] = [await users.connectAll(3), await backend.seen()];
    await backend.start(await backend.release("four"), mode);
    const said = await users.unnoticed(() => backend.takeBack("it failed outside"));
    expect(said).toMatch(/reverted: release [0-9a-f]{12}: it failed outside; release [0-9a-f]{12} serves on/);
    for (const user of there) {
      expect(await answers(user)).toBe(true);
      user.socket.terminate();
    }
    expect(await backend.seen()).toMatchObject({ release: before.release });
    expect(await backend.applications()).toEqual(["geo-backend"]);
    const check = await backend.host.fails("sudo geo-system backend check");
    expect(check).toMatch(/^release \w+ runs in the place of \w+, which was taken back: it failed outside$/m);
    expect(check).not.toContain("ecosystem.config.cjs");
    expect((await backend.status()).release).toMatch(
      /; \w+ was deployed and taken back at \S+Z: it failed outside$/,
    );
  });
});

describe("those who do not leave", () => {
  it("are cut at the deadline, counted, and named in the backend's words", async () => {
    await backend.apply(await backend.release("one"), { backendEnvironment: { AWARE: "1" } });
    using deaf = await users.connect("deaf");
    using _ = await users.connect("quick");
    deaf.socket.pause();
    const said = await backend.apply(await backend.release("two"));
    expect(said).toMatch(
      /of 2 connections, 1 did not leave within 7 s and were cut\n {2}\| cut the connection of deaf/,
    );
  });

  it("are kept until then by a backend that knows nothing of a handover", async () => {
    const [user] = await users.connectAll(1);
    const said = await users.unnoticed(async () => backend.apply(await backend.release("three")));
    expect(said).toContain("of 1 connections, 1 did not leave within 7 s and were cut");
    expect((await user?.closed)?.at).toBeGreaterThan(7);
  });

  it("go at once where there is no handover: the old process ends before the new one starts", async () => {
    const [user] = await users.connectAll(1);
    await backend.apply(await backend.release("four"), { handoverSeconds: 0 });
    expect((await user?.closed)?.code).toBe(1006);
    expect(await backend.seen()).toMatchObject({ release: "four" });
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("what pm2 would do by itself", () => {
  it("is not: the code, the environment and what a boot brings back are the new release's", async () => {
    const release = await backend.release("five");
    await backend.apply(release, { backendEnvironment: { NEW: "1" } });
    const { env, release: running } = await backend.seen();
    expect([running, env.NEW, env.AWARE]).toEqual(["five", "1", undefined]);
    const [dumped, ...others] = await backend.dumped();
    expect(others).toEqual([]);
    expect(dumped).toMatchObject({
      name: "geo-backend",
      pm_cwd: `/srv/geo-backend/releases/${release.hash}`,
      env: { NEW: "1", PORT: "3000" },
    });
  });

  it("works for a person as ever, also in the middle of a handover", async () => {
    await backend.start(await backend.release("six"));
    await users.unnoticed(() => backend.login("pm2 restart geo-backend"));
    expect(await backend.login("pm2 logs geo-backend --lines 20 --nostream")).toContain(
      "release six listens",
    );
    await users.unnoticed(() => backend.confirm());
    expect(await backend.seen()).toMatchObject({ release: "six" });
    expect(await backend.check()).toBe("unchanged");
  });
});
