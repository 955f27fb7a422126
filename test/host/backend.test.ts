import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Release, uploadPath } from "../../infra/render/release.ts";
import type { TestHost } from "../support/host.ts";
import { untilPrints, waitFor } from "../support/wait.ts";
import { FixtureBackend, fixture, secrets } from "./support/backend.ts";
import { result, startServedHost } from "./support/served-host.ts";

let host: TestHost;
let backend: FixtureBackend;
/** The release that the last test left running. */
let good: Release;

beforeAll(async () => {
  host = await startServedHost("backend");
  backend = await FixtureBackend.on(host);
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe("a folder that somebody else made under that name", () => {
  it("is left alone, and no secret comes to lie in it", async () => {
    await host.run("sudo install -d /srv/geo-backend && sudo touch /srv/geo-backend/theirs");
    const said = await host.fails("sudo geo-system backend environment", { input: backend.secretPayload() });
    expect(said).toContain("/srv/geo-backend is there already, and not made by this package");
    expect(await host.run("ls /srv/geo-backend && sudo rm -r /srv/geo-backend")).toBe("theirs");
  });
});

describe("the secret environment", () => {
  it("goes by undo, also when an up ended before the backend itself", async () => {
    await backend.environment();
    expect(await host.run("sudo geo-system backend undo")).toBe("removed /srv/geo-backend\napplied");
    await host.fails("ls /srv/geo-backend");
    await host.fails("sudo ls /var/lib/geo-system/backend");
  });

  it("has a generation that stays until the text changes, and says nothing of it", async () => {
    const first = await backend.environment();
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(await backend.environment()).toBe(first);
    const second = await backend.environment({ ...secrets, TOKEN: "canary-2" });
    expect(second).not.toBe(first);
    expect(await backend.environment()).not.toBe(first);
  });

  it("is its user's alone", async () => {
    expect(await host.run("stat -c '%U %a' /srv/geo-backend/environments")).toBe("ubuntu 700");
    expect(await host.run("stat -c '%U %a' /srv/geo-backend/environments/*")).toMatch(/^(ubuntu 600\n?)+$/);
    expect(await host.run("sudo grep -rl canary /var/lib/geo-system /run/geo-system || true")).toBe("");
  });
});

describe("an application that somebody else runs under that name", () => {
  const server = 'require("http").createServer((_, a) => a.end("by hand")).listen(3000)';

  it("serves on when the first release cannot", async () => {
    await host.run("cat > server.js", { input: server });
    await backend.login("pm2 start server.js --name geo-backend");
    const said = await backend.refused(await backend.release("bad", { "server.js": 'throw new Error("x")' }));
    expect(said).toMatch(/^reverted: what ran as geo-backend before serves on$/m);
    expect(await untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /./)).toBe("by hand");
  });

  it("comes back after undo", async () => {
    await backend.apply(await backend.release("one"));
    expect(await backend.page()).toContain('"one"');
    const kept = "/var/lib/geo-system/before/backend/application.json";
    await host.run(`sudo cp ${kept} ${kept}.whole && echo , | sudo tee -a ${kept}`);
    expect(await host.fails("sudo geo-system backend undo")).toContain(
      "what ran as geo-backend before does not start again",
    );
    await host.run(`sudo mv ${kept}.whole ${kept}`);
    expect(await host.run("sudo geo-system backend undo")).toContain(
      "geo-backend runs again as it did before",
    );
    expect(await untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /./)).toBe("by hand");
    await backend.login("pm2 kill");
    await host.run(
      "sudo systemctl disable -q --now pm2-ubuntu; rm -rf ~/.pm2 server.js; sudo rm /etc/systemd/system/pm2-ubuntu.service",
    );
    await backend.environment();
  });
});

describe("the first apply", () => {
  it("serves the release", async () => {
    good = await backend.release("one");
    expect(result(await backend.apply(good))).toBe("applied");
    expect(await backend.seen()).toMatchObject({ release: "one", node: "v24.21.0", ws: "8.23.0" });
    expect(await backend.check()).toBe("unchanged");
  });

  it("gives it its environment, the secrets to the letter", async () => {
    const { env } = await backend.seen();
    expect(env).toMatchObject({
      ...secrets,
      NODE_ENV: "production",
      PORT: "3000",
      HOST: "127.0.0.1",
      WS_PATH: "/ws",
      DATA_DIR: "/srv/geo-backend/shared",
      HOME: "/home/ubuntu",
    });
    expect(Object.keys(env).join(" ")).not.toMatch(/SUDO|SSH/);
  });

  it("leaves no secret where pm2 keeps or shows things", async () => {
    expect(await backend.login("pm2 jlist; pm2 env 0; cat ~/.pm2/dump.pm2")).not.toContain("canary");
  });

  it("leaves a pm2 that a person who logs in as ubuntu can use", async () => {
    expect(await backend.login("pm2 logs geo-backend --lines 20 --nostream")).toContain(
      "release one listens",
    );
    const { pid } = await backend.seen();
    await backend.login("pm2 restart geo-backend");
    expect(
      JSON.parse(await untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /"one"/)).pid,
    ).not.toBe(pid);
    expect(await backend.check()).toBe("unchanged");
  });

  it("runs pm2 inside its boot unit", async () => {
    expect(await host.run("systemctl is-active pm2-ubuntu; systemctl is-enabled pm2-ubuntu")).toBe(
      "active\nenabled",
    );
  });
});

describe("the second apply", () => {
  it("changes nothing and restarts nothing", async () => {
    const before = await backend.seen();
    expect(result(await backend.apply(good))).toBe("unchanged");
    expect((await backend.seen()).pid).toBe(before.pid);
  });
});

describe("a new release", () => {
  it("serves, with the dependencies of the one before", async () => {
    const said = await backend.apply(await backend.release("two"));
    expect(said).toContain("the dependencies are installed already");
    expect(await backend.seen()).toMatchObject({ release: "two", ws: "8.23.0" });
  });

  it("leaves as many behind as are to be kept, the running one among them", async () => {
    good = await backend.release("three");
    await backend.apply(good);
    expect((await host.run("ls /srv/geo-backend/releases")).split("\n")).toHaveLength(2);
    expect(await host.run("cat /srv/geo-backend/current/release.txt; ls ~/.geo-system/*")).toBe(
      `three/home/ubuntu/${uploadPath(good.hash)}`,
    );
  });

  it("runs from another file when its package.json says so", async () => {
    const main = readFileSync(join(fixture, "package.json"), "utf8").replace("server.js", "main.js");
    const server = readFileSync(join(fixture, "server.js"), "utf8").replace(
      "{ release,",
      '{ entry: "main.js", release,',
    );
    await backend.apply(await backend.release("four", { "package.json": main, "main.js": server }));
    expect(await backend.seen()).toMatchObject({ release: "four", entry: "main.js" });
    await backend.apply(good);
  });
});

describe("the environment of a running backend", () => {
  it("loses what is no longer set: pm2 alone would keep it", async () => {
    await backend.apply(good, { backendEnvironment: { GONE: "1", STAYS: "1" } });
    expect((await backend.seen()).env).toMatchObject({ GONE: "1", STAYS: "1" });
    await backend.apply(good, { backendEnvironment: { STAYS: "2" } });
    const { env } = await backend.seen();
    expect([env.GONE, env.STAYS]).toEqual([undefined, "2"]);
    await backend.apply(good);
  });

  it("gets a new secret by a restart, at the next apply", async () => {
    const before = await backend.seen();
    await backend.environment({ TOKEN: "canary-3" });
    expect((await backend.seen()).pid).toBe(before.pid);
    await backend.apply(good);
    const after = await backend.seen();
    expect([after.env.TOKEN, after.env.ODD]).toEqual(["canary-3", undefined]);
  });
});

describe("a release that cannot serve", () => {
  it("because npm cannot install it never stops the one that runs", async () => {
    const before = await backend.seen();
    const manifest = readFileSync(join(fixture, "package.json"), "utf8").replace('"8.23.0"', '"7.0.0"');
    const lock = readFileSync(join(fixture, "package-lock.json"), "utf8").replace("MIT", "Other");
    const said = await backend.refused(
      await backend.release("bad", { "package.json": manifest, "package-lock.json": lock }),
    );
    expect(said).toMatch(/npm ci.*sync[\s\S]*the dependencies of release [0-9a-f]+ cannot be installed/);
    expect((await backend.seen()).pid).toBe(before.pid);
  });

  it("because its archive is another one never stops the one that runs", async () => {
    const [packed, other] = [await backend.release("five"), await backend.release("six")];
    await host.run(`cp ${uploadPath(other.hash)} ${uploadPath(packed.hash)}`);
    expect(await backend.refused(packed)).toMatch(
      /files differ[\s\S]*release\.txt|release\.txt[\s\S]*files differ/,
    );
    // It is taken away, and counted, by which the next `up` knows that it is to be sent again.
    expect(await host.run("sudo cat /var/lib/geo-system/backend/resent")).toBe("1");
    expect(await backend.refused(packed)).toMatch(/is not on this host[\s\S]*pulumi up' sends it again/);
    expect(await host.run("sudo cat /var/lib/geo-system/backend/resent")).toBe("2");
    expect((await backend.seen()).release).toBe("three");
  });

  it("because this Node is too old is refused at once", async () => {
    const said = await host.fails("sudo geo-system backend apply", {
      input: backend.payload({ ...good, engines: ">=99" }),
    });
    expect(said).toContain("expected a Node of >=99, found v24.21.0");
  });

  it("because its port is taken says by whom", async () => {
    await host.run(
      "sudo systemd-run -q --collect --unit squatter /usr/local/bin/node -e 'require(`net`).createServer().listen(4000)'",
    );
    await untilPrints((c) => host.run(c), "ss -Hltn sport = :4000", /LISTEN/);
    const input = backend.payload(good, { backendPort: 4000 });
    expect(await host.fails("sudo geo-system backend apply", { input })).toContain(
      "port 4000 is taken by something else",
    );
    expect((await backend.seen()).release).toBe("three");
    await host.run("sudo systemctl stop squatter");
  });
});

describe("a release that somebody edits", () => {
  const file = "/srv/geo-backend/current/release.txt";

  it("is named by its file, and installed and handed over again, though it is the same release", async () => {
    good = await backend.release("three"); // an `up` sends it with every change of release
    const before = await backend.seen();
    await host.run(`echo edited | sudo tee ${file}`);
    expect(await host.fails("sudo geo-system backend check")).toMatch(
      /releases\/[0-9a-f]+\/release\.txt is not as it was installed/,
    );
    expect(await backend.apply(good)).toContain(`installed release ${good.hash}`);
    const after = await backend.seen();
    expect([after.release, after.pid === before.pid]).toEqual(["three", false]);
    expect(await backend.check()).toBe("unchanged");
    expect(result(await backend.apply(good))).toBe("unchanged");
    expect(await host.run("ls /srv/geo-backend/releases")).not.toContain(".old");
  });

  it("keeps what it wrote itself beside them", async () => {
    await host.run("echo own | tee /srv/geo-backend/current/own.txt");
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("check", () => {
  it("starts no pm2 where none runs, and apply starts it in its unit", async () => {
    await backend.login("pm2 kill");
    // Its daemon forgets its applications first, and ends a moment later.
    await waitFor("the end of pm2's daemon", async () =>
      expect(await host.run("pgrep -fc '^PM2 v' || true")).toBe("0"),
    );
    expect(await host.fails("sudo geo-system backend check")).toContain("pm2 of ubuntu does not run");
    expect(await host.run("pgrep -fc '^PM2 v' || true")).toBe("0");
    await backend.apply(good);
    expect(await backend.check()).toBe("unchanged");
    expect(await host.run("systemctl is-active pm2-ubuntu")).toBe("active");
  });

  it("takes the list that pm2 itself writes when it is ended by a signal for what it is: saved", async () => {
    await host.run(`sed -i 's/^ *\\("[^"]*":\\) /\\1/' ~/.pm2/dump.pm2`);
    expect(await backend.check()).toBe("unchanged");
  });

  it.each([
    ["pm2 stop geo-backend", /geo-backend is stopped/],
    ["pm2 delete geo-backend", /pm2 knows no application geo-backend/],
    ["sudo ln -sfT releases/none /srv/geo-backend/current", /current leads to 'none'/],
    ["sudo rm /srv/geo-backend/secret.env", /secret.env is missing/],
    ["rm ~/.pm2/dump.pm2", /saved list lacks geo-backend/],
    ["sudo systemctl disable -q pm2-ubuntu", /pm2-ubuntu.service does not start at boot/],
    ["echo // >> /srv/geo-backend/ecosystem.config.cjs", /ecosystem.config.cjs differs/],
  ])("sees what %s did, and apply mends it", async (command, expected) => {
    await backend.login(
      command.replace(/^echo/, "sudo chmod 666 /srv/geo-backend/ecosystem.config.cjs && echo"),
    );
    expect(await host.fails("sudo geo-system backend check")).toMatch(expected);
    expect(result(await backend.apply(good))).toBe("applied");
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("a power cycle", () => {
  it("brings the backend back by itself, also when Node has moved since", async () => {
    await host.run(
      "sudo cp -al /opt/geo-system/node-v24.21.0-npm-11.19.1 /opt/geo-system/node-moved && sudo ln -sfT /opt/geo-system/node-moved/bin/node /usr/local/bin/node && sudo mv /opt/geo-system/node-v24.21.0-npm-11.19.1 /opt/geo-system/node-away",
    );
    await host.reboot();
    await untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /"three"/, { within: 30_000 });
    await host.run("sudo mv /opt/geo-system/node-away /opt/geo-system/node-v24.21.0-npm-11.19.1");
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("undo", () => {
  it("leaves another application of the user alone", async () => {
    await host.run("echo 'setInterval(() => {}, 1000)' > other.js");
    await backend.login("pm2 start other.js && pm2 save");
    expect(result(await host.run("sudo geo-system backend undo"))).toBe("applied");
    expect(await backend.login("pm2 jlist")).toMatch(/"name":"other"/);
    expect(await backend.login("pm2 jlist; cat ~/.pm2/dump.pm2")).not.toContain("geo-backend");
    expect(await host.run("systemctl is-enabled pm2-ubuntu")).toBe("enabled");
  });

  it("gives the host back as it was, but for the backend's data, which it names", async () => {
    await backend.login("pm2 delete other && pm2 save --force");
    await backend.environment();
    good = await backend.release("last");
    await backend.apply(good);
    await host.run("echo data > /srv/geo-backend/shared/topics.json");
    expect(await host.run("sudo geo-system backend undo")).toContain(
      "not the backend's data: /srv/geo-backend/shared",
    );
    expect(await host.run("find /srv/geo-backend/shared -type f")).toBe(
      "/srv/geo-backend/shared/topics.json",
    );
    expect(
      await host.run(
        "ls -d /etc/systemd/system/pm2-* ~/.geo-system /usr/local/lib/geo-system 2> /dev/null || true",
      ),
    ).toBe("");
    expect(await host.run("pgrep -f '[G]od Daemon|[s]rv/geo-backend' || true")).toBe("");
    expect(await host.run("sudo geo-system backend undo")).toBe("unchanged");
  });
});
