import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Release } from "../../infra/render/release.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import { waitFor } from "../support/wait.ts";
import { type FixtureBackend, fixture, type Seen } from "./support/backend.ts";
import { result } from "./support/served-host.ts";
import { answers, startBackendHost, type Users } from "./support/users.ts";

/*
 * Backends that have their ports in their code. What is loaded before that code puts them where nginx looks for them, so
 * that two releases of them can run at a time. And other ports than those of the release in use: nginx leads to them when
 * a release serves there, and not before.
 */
let backend: FixtureBackend;
let users: Users;

const real = readFileSync(join(fixture, "server.js"), "utf8");
/** The fixture, listening by other words. */
const listening = (words: string) => real.replace("server.listen(Number(env.PORT), env.HOST,", words);
const metrics = 'createServer((_, response) => response.end("up 1")).listen(9090, "127.0.0.1");';
const metricsAlone =
  'require("node:http").createServer((_, response) => response.end("up 1")).listen(9091, "127.0.0.1");';

beforeAll(async () => {
  ({ backend, users } = await startBackendHost("port"));
});
afterAll(() => backend?.host[Symbol.asyncDispose]());

const withPorts = { "server.js": `${listening("server.listen(3000,")}\n${metrics}` };
/** The same as an ES module, which pm2 loads in another way. */
const asModule = {
  "package.json": readFileSync(join(fixture, "package.json"), "utf8").replace("{", '{ "type": "module",'),
  "server.js": [
    'import { createRequire } from "node:module";',
    "const [require, __dirname] = [createRequire(import.meta.url), import.meta.dirname];",
    withPorts["server.js"],
  ].join("\n"),
};

describe.each([
  ["fork mode", {}, withPorts],
  ["cluster mode", { backendInstances: 2 }, withPorts],
  ["cluster mode, as an ES module,", { backendInstances: 2 }, asModule],
])("in %s a backend with port 3000 in its code, and 9090 for its metrics", (_, mode, fixed) => {
  it("is released like any other, and it is said what was done for it", async () => {
    // Between the modes, two processes would want port 9090 in different ways.
    await backend.apply(await backend.release("one", fixed), { ...mode, handoverSeconds: 0 });
    const release = await backend.release("two", fixed);
    const said = await users.unnoticed(() => backend.apply(release, mode));
    expect(said).toContain("note: its code listens on 3000 whatever PORT says: it was put on 3001\n");
    expect(said).toContain("note: it listens on all addresses: kept to loopback, where nginx reaches it\n");
    expect(await backend.seen()).toMatchObject({ release: "two", env: { PORT: "3000" } });
    expect(await backend.host.run("curl -s 127.0.0.1:9090")).toBe("up 1");
    expect(await backend.host.run("sudo ss -Hltn 'sport = :3000' | awk '{ print $4 }' | sort -u")).toBe(
      "127.0.0.1:3000",
    );
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("a release that does not serve on its port", () => {
  it.each([
    ["fork mode", {}],
    ["cluster mode", { backendInstances: 2 }],
  ])("says at once, in %s, on which other one it serves WebSocket", async (_, mode) => {
    backend.patience = { ...backend.patience, patience: 30 };
    const elsewhere = { "server.js": listening('server.listen(8080, "127.0.0.1",') };
    const said = await backend.refused(await backend.release("elsewhere", elsewhere), mode);
    expect(said).toMatch(
      /it did not listen on port 3001 within [345]\.\d s: it listens on 8080, and PORT was 3001; set backendPort to 8080/,
    );
    expect((await backend.seen()).release).toBe("two");
    expect(await backend.applications()).toEqual(["geo-backend"]);
    expect(await backend.host.run("ss -Hltn 'sport = :8080'")).toBe("");
  });

  it("says it in cluster mode also where nothing served before", async () => {
    backend.patience = { ...backend.patience, patience: 5 };
    const elsewhere = { "server.js": listening('server.listen(8080, "127.0.0.1",') };
    const alone = { backendInstances: 2, handover: "stop-start" } as const;
    const said = await backend.refused(await backend.release("elsewhere", elsewhere), alone);
    expect(said).toMatch(/it listens on 8080, and PORT was 3000; set backendPort to 8080/);
    expect((await backend.seen()).release).toBe("two");
  });

  it("is waited for where it has but its metrics elsewhere, which is said", async () => {
    backend.patience = { ...backend.patience, patience: 5 };
    const said = await backend.refused(await backend.release("metrics", { "server.js": metricsAlone }));
    expect(said).toContain("note: it listens on 9091, and not yet on PORT 3001: waited for, 5 s at most\n");
    expect(said).toMatch(
      /it did not listen on port 3001 within 5\.\d s: it listens on 9091, and PORT was 3001/,
    );
  });

  it("says how it ended", async () => {
    const ends = { "server.js": "setTimeout(() => process.exit(3), 400);" };
    const said = await backend.refused(await backend.release("ends", ends));
    expect(said).toMatch(/it ended with exit code 3 after \d\.\d s, before it listened on port 3001/);
  });

  it("says that it ended, and not that nginx is down, where it does so before its first client", async () => {
    const ends = { "server.js": `${real}\nserver.on("listening", () => setTimeout(process.exit, 30, 3));` };
    const said = await backend.refused(await backend.release("ends", ends));
    expect(said).toMatch(/it ended with exit code 3 after/);
    expect(said).not.toContain("nginx");
    expect((await backend.seen()).release).toBe("two");
  });
});

type Changes = Partial<Settings>;

/** The two steps of an `up`, in their order. */
async function up(release: Release, changes: Changes): Promise<string> {
  const said = await backend.applySite(changes);
  return `${said}\n${await backend.apply(release, changes)}`;
}
/** What a new user meets. */
const met = async () => JSON.parse(await backend.host.run("curl -sf http://127.0.0.1/")) as Seen;
const parts = () => backend.host.run("cd /etc/nginx/geo-system && ls && readlink upstream.conf");
const siteCheck = () => backend.host.run("sudo geo-system site check");

async function expectClean(): Promise<void> {
  expect(await parts()).toBe("upstream-a.conf\nupstream-b.conf\nupstream.conf\nupstream-a.conf");
  expect([await siteCheck(), await backend.check()]).toEqual(["unchanged", "unchanged"]);
  expect(await backend.applications()).toEqual(["geo-backend"]);
}

describe.sequential("other ports than those of the release in use", () => {
  const four: Changes = { backendPort: 4000 };
  const five: Changes = { backendPort: 5000, backendStandbyPort: 5001, backendInstances: 2 };
  const swapped: Changes = { backendPort: 5001, backendStandbyPort: 5002 };
  const six: Changes = { backendPort: 6000 };
  let release: Release;

  beforeAll(async () => {
    release = await backend.release("three");
    await backend.apply(release);
    // As a version left it that did not write the ports down.
    await backend.host.run("sudo sed -i '/^ports: /d' /var/lib/geo-system/backend/current");
  });

  it.each<[string, string, string, Changes]>([
    ["of the same release", "three", "4000", four],
    ["of several processes of a new one", "four", "5000", five],
    ["that were those of its standby", "four", "5001", swapped],
  ])(
    "%s turn no client away, and those who are there keep their process until the deadline",
    async (_, name, port, changes) => {
      release = await backend.release(name);
      const there = await users.connectAll(2);
      const said = await users.unnoticed(() => up(release, changes));
      expect(said.match(/^reloaded nginx$/gm)).toHaveLength(2);
      for (const { closed } of there) expect((await closed).at).toBeGreaterThan(7);
      expect(await met()).toMatchObject({ release: name, env: { PORT: port } });
      await expectClean();
      expect(result(await backend.applySite(changes))).toBe("unchanged");
      expect(await backend.start(release, changes)).toContain("serves already");
    },
  );

  it.each<[string, (bad: Release, good: Release) => Promise<string>, RegExp]>([
    [
      "of a release that does not come up",
      (bad) => backend.refused(bad, six),
      /^reverted: release [0-9a-f]{12} serves on; the site is as it was before$/m,
    ],
    [
      "of a release that fails outside",
      async (_, good) => {
        await backend.start(good, six);
        expect(await met()).toMatchObject({ release: "five", env: { PORT: "6000" } });
        return backend.takeBack("it failed outside");
      },
      /it failed outside; release [0-9a-f]{12} serves on; the site is as it was before/,
    ],
  ])("%s leave the old one to serve on its own, and no client notices", async (_, fail, words) => {
    const bad = await backend.release("bad", { "server.js": real.replace("open sesame", "another") });
    const good = await backend.release("five");
    const [[there], before] = [await users.connectAll(1), await met()];
    const said = await users.unnoticed(async () => {
      await backend.applySite(six);
      return fail(bad, good);
    });
    expect(said).toMatch(words);
    expect(await met()).toMatchObject({ pid: before.pid, env: { PORT: "5001" } });
    if (there) expect(await answers(there)).toBe(true);
    there?.socket.terminate();
    expect(await backend.host.fails("sudo geo-system site check")).toMatch(
      /^the site was put back at \S+ \S+ UTC: release [0-9a-f]{12}.*\ndiffers$/,
    );
    expect(await users.unnoticed(() => up(release, swapped))).toContain("serves already");
    await expectClean();
  });

  it("are not taken where step site was left out", async () => {
    expect(await backend.refused(release, six)).toContain(
      "nginx was set up for port 5001, and the release is for port 6000; nothing was changed",
    );
    await expectClean();
  });

  it("wait for their release through a power cut", async () => {
    await backend.applySite(six);
    await backend.host.reboot();
    await waitFor("the release in use", async () => (await met()).env.PORT === "5001", { within: 60_000 });
    expect(await parts()).toContain("upstream-former-a.conf\nupstream.conf\nupstream-former-a.conf");
    expect([await siteCheck(), await backend.check()]).toEqual(["unchanged", "unchanged"]);
    release = await backend.release("five");
    await users.unnoticed(() => backend.apply(release, six));
    expect(await met()).toMatchObject({ release: "five", env: { PORT: "6000" } });
    await expectClean();
  });

  it("are those of a rollback, where the up did not come to its release", async () => {
    await backend.applySite({ backendPort: 7000 });
    const said = await users.unnoticed(() => backend.host.run("sudo geo-system backend rollback"));
    expect(said).toMatch(/^release [0-9a-f]{12} serves on port 7000$/m);
    expect(await met()).toMatchObject({ release: "four", env: { PORT: "7000" } });
    expect(await siteCheck()).toBe("unchanged");
  });

  it("of a release that must be alone are led to when it serves", async () => {
    await up(release, { backendPort: 8000, handover: "stop-start" });
    expect(await met()).toMatchObject({ release: "five", env: { PORT: "8000" } });
    await expectClean();
  });

  it("leave nothing behind where all is undone before the release came", async () => {
    await backend.applySite(four);
    await backend.host.run("sudo geo-system backend undo; sudo geo-system site undo");
    expect(
      await backend.host.run("sudo find /etc/nginx/geo-system /var/lib/geo-system -name '*former*'; true"),
    ).toBe("");
  });
});
