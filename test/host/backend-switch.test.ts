import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/wait.ts";
import { type FixtureBackend, fixture, type Seen } from "./support/backend.ts";
import { answers, startBackendHost, type Users } from "./support/users.ts";

/*
 * A backend that cannot leave its port, because its server is not Node's own: nginx hands it over. Each release is on the
 * other one of two ports, and those who are connected keep their process until the deadline.
 */
let backend: FixtureBackend;
let users: Users;

/** The fixture on a socket of the kernel's that Node's `listen` knows nothing of, as an addon has it. */
const native = {
  "server.js": `
    const { TCP, constants } = process.binding("tcp_wrap");
    const { Socket } = require("node:net");
    ${readFileSync(join(fixture, "server.js"), "utf8").replace(
      /server\.listen\(.*/,
      `const handle = new TCP(constants.SERVER);
      const failed = handle.bind(env.HOST, Number(env.PORT)) || handle.listen(511);
      if (failed) throw new Error("cannot listen on " + env.PORT);
      handle.onconnection = (error, client) => server.emit("connection", new Socket({ handle: client, readable: true, writable: true }));
      console.log("release " + release + " listens");`,
    )}`,
};
/** What a new user meets. */
const met = async () => JSON.parse(await backend.host.run("curl -sf http://127.0.0.1/")) as Seen;
const portOf = async () => (await met()).env.PORT;
const dumpedPorts = async () => (await backend.dumped()).map(({ PORT }) => PORT);
const leadsTo = () => backend.host.run("readlink /etc/nginx/geo-system/upstream.conf");

async function expectClean(): Promise<void> {
  expect(await backend.applications()).toEqual(["geo-backend"]);
  expect(await backend.check()).toBe("unchanged");
  expect(await backend.host.run("sudo geo-system site check")).toBe("unchanged");
  expect(await backend.timers()).toBe("");
}

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("switch"));
  await backend.apply(await backend.release("one", native));
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

describe("a release in the place of one that cannot leave its port", () => {
  it.each([
    ["two", "3001", "upstream-b.conf"],
    ["three", "3000", "upstream-a.conf"],
    ["four", "3001", "upstream-b.conf"],
  ])("%s is on port %s, and turns no client away", async (name, port, upstream) => {
    const there = await users.connectAll(3);
    const said = await users.unnoticed(async () => backend.apply(await backend.release(name, native)));
    expect(said.match(/^reloaded nginx$/gm)).toHaveLength(1);
    expect(said).toContain("of 3 connections, 3 did not leave within 7 s and were cut");
    for (const { closed } of there) expect((await closed).at).toBeGreaterThan(7);
    expect(await met()).toMatchObject({ release: name, env: { PORT: port } });
    expect(await leadsTo()).toBe(upstream);
    expect(await dumpedPorts()).toEqual([port]);
    await expectClean();
  });

  it("is taken back with nginx, and those who are there never notice", async () => {
    const [there, before] = [await users.connectAll(3), await met()];
    const said = await users.unnoticed(async () => {
      await backend.start(await backend.release("five", native));
      expect(await met()).toMatchObject({ release: "five", env: { PORT: "3000" } });
      return backend.takeBack("it failed outside");
    });
    expect(said).toMatch(/reverted: release [0-9a-f]{12}: it failed outside; release [0-9a-f]{12} serves on/);
    for (const user of there) {
      expect(await answers(user)).toBe(true);
      user.socket.terminate();
    }
    expect(await met()).toMatchObject({ release: "four", pid: before.pid });
    expect(await backend.host.run("sudo geo-system site check")).toBe("unchanged");
    expect(await backend.applications()).toEqual(["geo-backend"]);
  });

  it("that does not come up meets no user", async () => {
    const broken = { "server.js": native["server.js"].replace("open sesame", "another") };
    const [there] = await users.connectAll(1);
    const said = await users.unnoticed(async () => backend.refused(await backend.release("bad", broken)));
    expect(said).toMatch(/it failed the handshake at token.*; release [0-9a-f]{12} serves on/);
    if (there) expect(await answers(there)).toBe(true);
    there?.socket.terminate();
    expect(await portOf()).toBe("3001");
    expect(await backend.host.run("sudo geo-system site check")).toBe("unchanged");
  });
});

describe("a power cut", () => {
  it("before the release is confirmed brings the old one back, and nginx leads there", async () => {
    await backend.apply(await backend.release("four", native));
    const five = await backend.release("five", native);
    await backend.start(five);
    await backend.host.reboot();
    await waitFor("the old release", async () => (await met()).release === "four", { within: 60_000 });
    expect([await portOf(), await leadsTo()]).toEqual(["3001", "upstream-b.conf"]);
    await users.unnoticed(() => backend.apply(five));
    expect(await met()).toMatchObject({ release: "five", env: { PORT: "3000" } });
    await expectClean();
  });

  it("after that brings the new one back", async () => {
    await backend.apply(await backend.release("six", native));
    await backend.host.reboot();
    await waitFor("the new release", async () => (await met()).release === "six", { within: 60_000 });
    expect([await portOf(), await leadsTo()]).toEqual(["3001", "upstream-b.conf"]);
    await expectClean();
  });
});

it("goes back to the release before by the same way", async () => {
  const [user] = await users.connectAll(1);
  await users.unnoticed(() => backend.host.run("sudo geo-system backend rollback"));
  expect(await met()).toMatchObject({ release: "five", env: { PORT: "3000" } });
  expect((await user?.closed)?.at).toBeGreaterThan(7);
  expect(await backend.host.run("sudo geo-system site check")).toBe("unchanged");
});

it("shows a hand's edit of what nginx includes, and the link's", async () => {
  await backend.host.run(
    "cd /etc/nginx/geo-system && sudo sed -i 's/max_fails=0/max_fails=9/' upstream-a.conf && sudo ln -sfn upstream-b.conf upstream.conf",
  );
  const said = await backend.host.fails("sudo geo-system site check");
  expect(said).toMatch(/upstream-a.conf differs from what was applied/);
  expect(said).toContain(
    "upstream.conf leads to 'upstream-b.conf', and the release in use is on the ports of upstream-a.conf",
  );
});
