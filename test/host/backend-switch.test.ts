import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uploadPath } from "../../infra/render/release.ts";
import { sitePayload } from "../../infra/render/site.ts";
import { waitFor } from "../support/wait.ts";
import { type FixtureBackend, fixture, type Seen } from "./support/backend.ts";
import { answers, startBackendHost, type Users } from "./support/users.ts";

/*
 * A backend that cannot leave its port, because its server is not Node's own: nginx hands it over. Each release is on the
 * other one of two ports, and those who are connected keep their process until the deadline.
 */
let backend: FixtureBackend;
let users: Users;

const fixtureCode = readFileSync(join(fixture, "server.js"), "utf8");
/** The fixture on a socket of the kernel's that Node's `listen` knows nothing of, as an addon has it. */
const native = {
  "server.js": `
    const { TCP, constants } = process.binding("tcp_wrap");
    const { Socket } = require("node:net");
    ${fixtureCode.replace(
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

  it("is followed by nginx to the other port, where a person restarted it there, and nobody who came since is cut", async () => {
    const four = await backend.release("four", native);
    await backend.login("PORT=3000 pm2 restart geo-backend --update-env");
    await waitFor("the release on the other port", async () => (await portOf()) === "3000");
    const there = await users.connectAll(3);
    expect(await backend.host.fails("sudo geo-system backend check")).toContain(
      "geo-backend runs on port 3000, and nginx leads to port 3001 first",
    );
    // As on a full disk: what is written down of the release stays as it was.
    await backend.host.run("sudo ln -s /dev/full /var/lib/geo-system/backend/current.new");
    expect(await backend.refused(four)).toMatch(
      /runs on port 3000, which cannot be written down\n {2}next: is the/,
    );
    await backend.host.run("sudo rm /var/lib/geo-system/backend/current.new");
    const said = await users.unnoticed(() => backend.apply(four));
    expect(said).toMatch(/^nginx leads to port 3000 first, where release [0-9a-f]{12} runs$/m);
    for (const user of there) {
      expect(await answers(user)).toBe(true);
      user.socket.terminate();
    }
    expect(await dumpedPorts()).toEqual(["3000"]);
    await expectClean();
    await backend.login("PORT=3001 pm2 restart geo-backend --update-env");
    await waitFor("the release where it was", async () => (await portOf()) === "3001");
    await backend.apply(four);
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
    expect(said).toMatch(/it failed the handshake at token.*\n {2}next: /);
    expect(said).toMatch(/^reverted: release [0-9a-f]{12} serves on$/m);
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

describe("a process that was expected to leave its port, and does not", () => {
  it("is handed over by nginx after all", async () => {
    const stays = `${fixtureCode}\nserver.on("listening", () => process.removeAllListeners("SIGURG").on("SIGURG", () => {}));`;
    await backend.apply(await backend.release("stays", { "server.js": stays }));
    const [there, { PORT }] = [await users.connectAll(2), (await met()).env];
    const said = await users.unnoticed(async () => backend.apply(await backend.release("seven")));
    expect(said).toContain(`the process before does not leave port ${PORT}: nginx hands over`);
    for (const { closed } of there) expect((await closed).at).toBeGreaterThan(7);
    expect((await met()).env.PORT).not.toBe(PORT);
    await expectClean();
  });
});

describe("at-once", () => {
  const atOnce = { handover: "at-once", backendEnvironment: { AWARE: "1" } } as const;

  it("leaves the clients in peace until the release is confirmed, then asks all of them in one moment", async () => {
    await backend.apply(await backend.release("eight"), atOnce);
    const [there, before] = [await users.connectAll(20), await met()];
    await users.unnoticed(async () => backend.start(await backend.release("nine"), atOnce));
    for (const user of there) expect(await answers(user)).toBe(true);
    const said = await users.unnoticed(() => backend.confirm());
    const closed = await Promise.all(there.map((user) => user.closed));
    expect(closed.map(({ code }) => code)).toEqual(there.map(() => 1012));
    const times = closed.map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1);
    expect(said).toContain("20 connections were asked to reconnect, and left");
    const now = await met();
    expect(now.release).toBe("nine");
    expect(now.env.PORT).not.toBe(before.env.PORT);
    await expectClean();
  });

  it("cuts them at once where the backend does not know the signal", async () => {
    await backend.apply(await backend.release("ten"), { handover: "at-once" });
    const there = await users.connectAll(3);
    await backend.start(await backend.release("eleven"), { handover: "at-once" });
    const said = await users.unnoticed(() => backend.confirm());
    expect(said).toContain("of 3 connections, 3 were cut\n");
    for (const { closed } of there) await closed;
  });
});

describe("clients that were asked and take their time", () => {
  it("are waited for beyond the deadline as long as they go on leaving", async () => {
    const slow = fixtureCode.replace("due += pause;", "due += 700;");
    const aware = { backendEnvironment: { AWARE: "1" } };
    await backend.apply(await backend.release("slow", { "server.js": slow }), aware);
    const there = await users.connectAll(16);
    const said = await users.unnoticed(async () => backend.apply(await backend.release("twelve"), aware));
    expect(said).toContain("16 connections were asked to reconnect, and left");
    for (const { closed } of there) expect((await closed).code).toBe(1012);
  });
});

describe("a process that was started by hand on the backend's port", () => {
  it("is left alone with its connections: the release goes to the other port, and nginx leads there", async () => {
    await backend.host.run("sudo geo-system backend undo");
    await backend.environment();
    await backend.host.run("sudo geo-system site apply", {
      input: sitePayload(backend.settings(), backend.host.address),
    });
    const release = await backend.release("by-hand");
    await backend.host.run(
      `mkdir -p hand && tar -xf ${uploadPath(release.hash)} -C hand && cd hand && npm ci --silent && ` +
        "PORT=3000 HOST=127.0.0.1 WS_PATH=/ws setsid -f node server.js > log 2>&1 < /dev/null",
    );
    const [user] = await waitFor("the hand's process", () => users.connectAll(1), { within: 30_000 });
    await users.unnoticed(async () => backend.apply(await backend.release("first")));
    expect(await met()).toMatchObject({ release: "first", env: { PORT: "3001" } });
    if (user) expect(await answers(user)).toBe(true);
    await expectClean();
    expect(await backend.refused(await backend.release("second"))).toContain(
      "port 3000 is taken by something else",
    );
    await backend.host.run("kill $(pgrep -x -f 'node server.js')");
    await users.unnoticed(async () => backend.apply(await backend.release("second")));
    await expectClean();
  });
});

it("shows a hand's edit of what nginx includes, and the link's", async () => {
  const used = (await backend.host.run("readlink /etc/nginx/geo-system/upstream.conf")).trim();
  const other = used === "upstream-a.conf" ? "upstream-b.conf" : "upstream-a.conf";
  await backend.host.run(
    `cd /etc/nginx/geo-system && sudo sed -i 's/max_fails=0/max_fails=9/' upstream-a.conf && sudo ln -sfn ${other} upstream.conf`,
  );
  const said = await backend.host.fails("sudo geo-system site check");
  expect(said).toMatch(/upstream-a.conf differs from what was applied/);
  expect(said).toContain(
    `upstream.conf leads to '${other}', and the release in use is on the ports of ${used}`,
  );
});
