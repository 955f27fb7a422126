import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FixtureBackend, fixture } from "./support/backend.ts";
import { answers, startBackendHost, type User, type Users } from "./support/users.ts";

/*
 * A backend that runs as several processes: the proof meets each of them, and one that is ill keeps a release from
 * every user, though the others are well.
 */
let backend: FixtureBackend;
let users: Users;

const real = readFileSync(join(fixture, "server.js"), "utf8");
/** Every second process refuses every token. In cluster mode pm2 numbers on from the processes of the release before. */
const oddOnesRefuse = `if (process.env.NODE_APP_INSTANCE % 2 === 1) JSON.parse = ((parse) => (text) => ({ ...parse(text), token: "another" }))(JSON.parse);\n${real}`;

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("instances"));
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

describe("in cluster mode", () => {
  const mode = { backendInstances: 3 };

  it("the proof meets each process, which share one port", async () => {
    await backend.apply(await backend.release("one"), mode);
    const said = await users.unnoticed(async () => backend.apply(await backend.release("good"), mode));
    expect(said).toMatch(/handshake passed: met 3 of 3 instances in \d+ tries/);
    expect(await backend.host.run("sudo geo-system backend instances")).toMatch(
      /met 3 of 3 instances in \d+ tries\nunchanged$/,
    );
  });

  it("a release of which one process is ill meets no user", async () => {
    const there: User[] = await users.connectAll(3);
    const { release } = await backend.seen();
    const bad = await backend.release("bad", { "server.js": oddOnesRefuse });
    const said = await users.unnoticed(() => backend.refused(bad, mode));
    expect(said).toMatch(/instance \d of 3 \(process \d+, port 3000\): it failed the handshake at token/);
    expect(said).toMatch(/release [0-9a-f]{12} serves on/);
    for (const user of there) {
      expect(await answers(user)).toBe(true);
      user.socket.terminate();
    }
    expect(await backend.seen()).toMatchObject({ release });
  });

  it("a process that hangs later is named", async () => {
    const [hanging] = (await backend.processes()).slice(-1);
    await backend.host.run(`sudo kill -STOP ${hanging}`);
    const said = await backend.host.fails("sudo geo-system backend instances");
    await backend.host.run(`sudo kill -CONT ${hanging}`);
    expect(said).toContain(`(process ${hanging}, port 3000): it failed the handshake at upgrade`);
  });
});

describe("another number of processes, sticky or not", () => {
  it.each([
    ["3 sticky ones", { sticky: true, backendInstances: 3 }],
    ["2 sticky ones", { sticky: true, backendInstances: 2 }],
    ["2 in cluster mode", { sticky: false, backendInstances: 2 }],
    ["a single one", { sticky: false, backendInstances: 1 }],
    ["3 in cluster mode", { sticky: false, backendInstances: 3 }],
  ])("takes over unnoticed, as a release does: %s", async (name, mode) => {
    const there = await users.connectAll(3);
    const next = await backend.release(name.replaceAll(" ", "-"));
    // In the order of an `up`: for a moment nginx looks for processes that are not there yet.
    const said = await users.unnoticed(async () => {
      await backend.applySite(mode);
      return backend.apply(next, mode);
    });
    if (mode.backendInstances > 1)
      expect(said).toContain(`met ${mode.backendInstances} of ${mode.backendInstances}`);
    // The fixture does not ask its clients to leave: they stay until the deadline, handoverSeconds and 5 more.
    for (const { at } of await Promise.all(there.map(({ closed }) => closed))) expect(at).toBeGreaterThan(7);
    expect(await backend.processes()).toHaveLength(mode.backendInstances);
    expect(await backend.check()).toBe("unchanged");
    expect(await backend.host.run("sudo geo-system site check")).toBe("unchanged");
  });
});
