import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../infra/settings/schema.ts";
import { type FixtureBackend, fixture, fixtureHandshake } from "./support/backend.ts";
import { result } from "./support/served-host.ts";
import { answers, startBackendHost, type User, type Users } from "./support/users.ts";

/*
 * Releases that must never meet a user. Whatever is wrong with them, the same process serves on, and who is connected
 * to it stays.
 */
let backend: FixtureBackend;
let users: Users;
let there: User;
let pid: number;

const real = readFileSync(join(fixture, "server.js"), "utf8");
/** A release that does something before the fixture's own code. */
const spoilt = (line: string) => backend.release("bad", { "server.js": `${line}\n${real}` });

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("gate"));
  await backend.apply(await backend.release("good"));
  there = await users.connect();
  ({ pid } = await backend.seen());
});
afterAll(async () => {
  there?.socket.terminate();
  await backend?.host[Symbol.asyncDispose]();
});

const siteText = "cat /etc/nginx/sites-available/geo-system";

async function expectUntouched() {
  expect(await backend.seen()).toMatchObject({ release: "good", pid });
  expect(await answers(there)).toBe(true);
  expect(await backend.applications()).toEqual(["geo-backend"]);
  expect(await backend.timers()).toBe("");
}

describe("a site that was changed for a release that", () => {
  const changes = { websocketPath: "/live" };
  const site = () => backend.host.run("sudo geo-system site check");
  const differs = () => backend.host.fails("sudo geo-system site check");

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      "does not come up",
      async () =>
        users.unnoticed(async () =>
          backend.refused(await spoilt('throw new Error("no database");'), changes),
        ),
      /^reverted: release [0-9a-f]{12} serves on; the site is as it was before$/m,
    ],
    [
      "is not even tried",
      async () =>
        users.unnoticed(async () =>
          backend.refused({ ...(await backend.release("bad")), engines: ">=99" }, changes),
        ),
      /the backend does not run on this host's Node[\s\S]*^geo-system backend: the site is as it was before$/m,
    ],
    [
      "fails outside",
      async () => {
        await backend.start(await backend.release("next"), changes);
        return backend.takeBack("it failed outside");
      },
      /^reverted: release .*: it failed outside; release [0-9a-f]{12} serves on; the site is as it was before$/m,
    ],
    [
      "is the one that serves, where the proof fails outside",
      () => users.unnoticed(() => backend.takeBack("the handshake from outside failed")),
      /^reverted: the handshake from outside failed; the site is as it was before$/m,
    ],
  ])("%s is put back with it, and says so until it is applied again", async (_, fail, words) => {
    await backend.applySite(changes);
    expect(await backend.host.run(siteText)).toContain("location /live {");
    expect(await fail()).toMatch(words);
    expect(await backend.host.run(siteText)).toContain("location /ws {");
    expect(await differs()).toMatch(/^the site was put back at \S+ \S+ UTC: .*\ndiffers$/);
    await expectUntouched();
    await backend.applySite();
    expect(await site()).toBe("unchanged");
  });

  it("was cut off is put back when the next up fails as well", async () => {
    await backend.applySite(changes);
    await backend.applySite({ ...changes, readTimeout: 3600 });
    const said = await backend.refused(await spoilt("process.exit(1);"), changes);
    expect(said).toContain("the site is as it was before");
    expect(await backend.host.run(siteText)).toContain("location /ws {");
    await backend.applySite();
  });

  it("cannot be put back stays, and that is said", async () => {
    await backend.applySite(changes);
    const other = "/etc/nginx/conf.d/other.conf";
    await backend.host.run(
      `echo 'limit_req_zone $binary_remote_addr zone=own:1m rate=1r/s; nonsense on;' | sudo tee ${other}`,
    );
    const said = await backend.refused(await spoilt("process.exit(1);"), changes);
    expect(said).toContain('unknown directive "nonsense"');
    expect(said).toMatch(
      /^reverted: .* serves on; the site could not be put back, so it stays as it was changed$/m,
    );
    await backend.host.run(`sudo rm ${other}`);
    expect(await backend.takeBack("by hand")).toContain("reverted: by hand; the site is as it was before");
    await backend.applySite();
  });

  it("is proven stays when a later release fails", async () => {
    const good = await backend.release("good");
    await backend.applySite({ readTimeout: 3600 });
    expect(await backend.confirm()).toBe("the site is confirmed\napplied");
    const said = await backend.refused(await spoilt("process.exit(1);"));
    expect(said).toMatch(/^reverted: .* serves on$/m);
    expect(await site()).toBe("unchanged");
    await backend.applySite();
    await backend.confirm();
    await backend.upload(good);
    await expectUntouched();
  });
});

describe("a release that", () => {
  it.each([
    [
      "throws at its start",
      'throw new Error("no database");',
      /it ended with exit code 1 after .*, before it listened on port 3001/,
      /\| .*no database/,
    ],
    [
      "exits after two seconds",
      'setTimeout(() => { console.log("farewell"); process.exit(0); }, 2000);',
      /it was started, and did not live for 2.5 s/,
      /\| farewell/,
    ],
    [
      "never listens",
      'require("net").Server.prototype.listen = () => setInterval(() => console.log("not today"), 500);',
      /it did not listen on port 3001 within 5\.\d s/,
      /\| not today/,
    ],
    [
      "listens elsewhere",
      "process.env.PORT = 3999;",
      /it did not listen on port 3001 within [34]\.\d s: it listens on 3999, and PORT was 3001/,
      /\| release bad listens/,
    ],
    [
      "refuses the token",
      'JSON.parse = ((parse) => (text) => ({ ...parse(text), token: "another" }))(JSON.parse);',
      /it failed the handshake at token: the backend refused the token \(1008 bad token\)/,
      /\| release bad listens/,
    ],
    [
      "ends at its first client",
      'const { Server } = require("http"), { emit } = Server.prototype; Server.prototype.emit = function (name, ...words) { if (name !== "connection") return emit.call(this, name, ...words); console.log("too much"); process.exit(1); };',
      /it failed the handshake at upgrade/,
      /\| too much/,
    ],
    [
      "serves well beside the old one, and not on its port",
      'if (process.env.PORT === "3000") throw new Error("not here");',
      /it ended with exit code 1 after .*, before it listened on port 3000/,
      /\| .*not here/,
    ],
  ])("%s meets no user: the old one serves on", async (_, line, why, words) => {
    backend.patience = { ...backend.patience, patience: 5, probation: 2.5 };
    const said = await users.unnoticed(async () => backend.refused(await spoilt(line)));
    expect(said).toMatch(why);
    expect(said).toMatch(words);
    // The result comes by the other stream, and so anywhere beside these two lines.
    expect(said).toMatch(/^geo-system backend: release [0-9a-f]{12} did not come up: /m);
    expect(said).toMatch(/^ {2}next: correct /m);
    expect(said.match(why)).toHaveLength(1);
    expect(said).toMatch(/^reverted: release [0-9a-f]{12} serves on$/m);
    await expectUntouched();
  });

  it("does not install meets no user", async () => {
    const manifest = readFileSync(join(fixture, "package.json"), "utf8").replace('"8.23.0"', '"7.0.0"');
    const lock = readFileSync(join(fixture, "package-lock.json"), "utf8").replace("MIT", "Other");
    const files = { "package.json": manifest, "package-lock.json": lock };
    const said = await users.unnoticed(async () => backend.refused(await backend.release("bad", files)));
    expect(said).toContain("cannot be installed; the running release keeps serving");
    await expectUntouched();
  });

  it("came right after all of these serves, and is the one that was there", async () => {
    expect(result(await backend.apply(await backend.release("good")))).toBe("unchanged");
    expect(await backend.check()).toBe("unchanged");
    await expectUntouched();
  });
});

describe.sequential("what the host remembers of how to prove a release", () => {
  const remembered = () => backend.host.run("cat /usr/local/lib/geo-system/handshake.json");
  const steps = fixtureHandshake.steps?.slice(0, 1);
  const changes = { handshake: { steps } as Settings["handshake"], keepReleases: 2 }; // those that failed do not count
  let before: string;

  beforeAll(async () => {
    await backend.apply(await backend.release("good"));
    before = await remembered();
    expect(before).toContain('"ping"');
  });

  it.each<[string, () => Promise<string>]>([
    ["does not come up", async () => backend.refused(await spoilt("process.exit(1);"), changes)],
    [
      "fails outside",
      async () => {
        await backend.start(await backend.release("next"), changes);
        return backend.takeBack("it failed outside");
      },
    ],
  ])("stays where a release with another handshake %s", async (_, fail) => {
    expect(await fail()).toMatch(/^reverted: /m);
    expect(await remembered()).toBe(before);
    expect(await backend.host.run("ls /srv/geo-backend")).not.toContain("candidate");
    expect(await backend.host.run("sudo geo-system backend check; true")).not.toContain("handshake.json");
  });

  it("is another one once such a release is confirmed, and not before", async () => {
    const next = await backend.release("next");
    await backend.start(next, changes);
    expect(await remembered()).toBe(before);
    expect(await backend.host.run("sudo geo-system backend instances")).toContain("handshake passed");
    await backend.confirm();
    expect(await remembered()).not.toContain('"ping"');
    expect(await backend.check()).toBe("unchanged");
  });

  it("goes back with the release, and is no edit of anybody's", async () => {
    await backend.host.run("sudo geo-system backend rollback");
    expect((await backend.seen()).release).toBe("good");
    expect(await remembered()).toBe(before);
    const check = await backend.host.fails("sudo geo-system backend check");
    expect(check).toMatch(/^rolled back: /);
    expect(check).not.toContain("handshake.json");
  });

  it("follows the configuration also where the release stays", async () => {
    const good = await backend.release("good");
    await backend.apply(good);
    expect(await backend.apply(good, changes)).toContain("serves already");
    expect(await remembered()).not.toContain('"ping"');
    expect(await backend.check()).toBe("unchanged");
  });
});
