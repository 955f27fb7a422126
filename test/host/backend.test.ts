import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderBackend, renderSecretEnvironment } from "../../infra/render/ecosystem.ts";
import { packRelease, type Release, uploadPath } from "../../infra/render/release.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import type { TestHost } from "../support/host.ts";
import { untilPrints } from "../support/wait.ts";
import { result, settingsFor, startServedHost } from "./support/served-host.ts";

const fixture = fileURLToPath(new URL("fixtures/backend", import.meta.url));
const secrets = { TOKEN: "canary-1", ODD: `it's "x"\n#\\n $HOME 密码` };
let host: TestHost;
/** The release that the last test left running. */
let good: Release;

const secretPayload = (values: Record<string, string> = secrets, changes: Partial<Settings> = {}) =>
  renderSecretEnvironment(settingsFor(host, changes), values);

async function environment(values?: Record<string, string>): Promise<string> {
  const said = await host.run("sudo geo-system backend environment", { input: secretPayload(values) });
  return /^generation (\S+)$/m.exec(said)?.[1] ?? "";
}

/** A release of the fixture, whose server may be another one. */
async function release(name: string, changes: Record<string, string> = {}): Promise<Release> {
  const folder = join(mkdtempSync(join(tmpdir(), "后端 backend-")), name);
  cpSync(fixture, folder, { recursive: true });
  writeFileSync(join(folder, "release.txt"), name);
  for (const [file, text] of Object.entries(changes)) writeFileSync(join(folder, file), text);
  const packed = await packRelease(folder);
  const archive = readFileSync(packed.archivePath).toString("base64");
  await host.run(`base64 -d > ${uploadPath(packed.hash)}`, { input: archive });
  return packed;
}

const payload = (packed: Release, changes: Partial<Settings> = {}) =>
  renderBackend(settingsFor(host, { keepReleases: 2, ...changes }), packed).replace(
    "\nkeep:",
    "\npatience: 3\nkeep:",
  );
const apply = (packed: Release, changes: Partial<Settings> = {}) =>
  host.run("sudo geo-system backend apply", { input: payload(packed, changes) });
const refused = (packed: Release) => host.fails("sudo geo-system backend apply", { input: payload(packed) });
const check = () => host.run("sudo geo-system backend check");

interface Seen {
  release: string;
  pid: number;
  node: string;
  ws: string;
  env: Record<string, string>;
}
const seen = async () => JSON.parse(await host.run("curl -sf http://127.0.0.1:3000/")) as Seen;
/** In a login, as a person types it. */
const login = (command: string) => host.run(`bash -lc '${command}'`);

beforeAll(async () => {
  host = await startServedHost("backend");
});
afterAll(() => host?.[Symbol.asyncDispose]());

describe("a folder that somebody else made under that name", () => {
  it("is left alone, and no secret comes to lie in it", async () => {
    await host.run("sudo install -d /srv/geo-backend && sudo touch /srv/geo-backend/theirs");
    const said = await host.fails("sudo geo-system backend environment", { input: secretPayload() });
    expect(said).toContain("/srv/geo-backend is there already, and not made by this package");
    expect(await host.run("ls /srv/geo-backend && sudo rm -r /srv/geo-backend")).toBe("theirs");
  });
});

describe("the secret environment", () => {
  it("goes by undo, also when an up ended before the backend itself", async () => {
    await environment();
    expect(await host.run("sudo geo-system backend undo")).toBe("removed /srv/geo-backend\napplied");
    await host.fails("ls /srv/geo-backend");
    await host.fails("sudo ls /var/lib/geo-system/backend");
  });

  it("has a generation that stays until the text changes, and says nothing of it", async () => {
    const first = await environment();
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(await environment()).toBe(first);
    const second = await environment({ ...secrets, TOKEN: "canary-2" });
    expect(second).not.toBe(first);
    expect(await environment()).not.toBe(first);
  });

  it("is its user's alone", async () => {
    expect(await host.run("stat -c '%U %a' /srv/geo-backend/environments")).toBe("ubuntu 700");
    expect(await host.run("stat -c '%U %a' /srv/geo-backend/environments/*")).toMatch(/^(ubuntu 600\n?)+$/);
    expect(await host.run("sudo grep -rl canary /var/lib/geo-system /run/geo-system || true")).toBe("");
  });
});

describe("an application that somebody else runs under that name", () => {
  const server = 'require("http").createServer((_, a) => a.end("by hand")).listen(3000)';
  const page = () => host.run("curl -sf http://127.0.0.1:3000/");

  it("serves on when the first release cannot", async () => {
    await host.run("cat > server.js", { input: server });
    await login("pm2 start server.js --name geo-backend");
    const said = await refused(await release("bad", { "server.js": 'throw new Error("x")' }));
    expect(said).toMatch(/reverted: .*; what ran as geo-backend before serves again/);
    expect(await untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /./)).toBe("by hand");
  });

  it("comes back after undo", async () => {
    await apply(await release("one"));
    expect(await page()).toContain('"one"');
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
    await login("pm2 kill");
    await host.run(
      "sudo systemctl disable -q --now pm2-ubuntu; rm -rf ~/.pm2 server.js; sudo rm /etc/systemd/system/pm2-ubuntu.service",
    );
    await environment();
  });
});

describe("the first apply", () => {
  it("serves the release", async () => {
    good = await release("one");
    expect(result(await apply(good))).toBe("applied");
    expect(await seen()).toMatchObject({ release: "one", node: "v24.21.0", ws: "8.23.0" });
    expect(await check()).toBe("unchanged");
  });

  it("gives it its environment, the secrets to the letter", async () => {
    const { env } = await seen();
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
    expect(await login("pm2 jlist; pm2 env 0; cat ~/.pm2/dump.pm2")).not.toContain("canary");
  });

  it("leaves a pm2 that a person who logs in as ubuntu can use", async () => {
    expect(await login("pm2 logs geo-backend --lines 20 --nostream")).toContain("release one listens");
    const { pid } = await seen();
    await login("pm2 restart geo-backend");
    expect(
      JSON.parse(await untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /"one"/)).pid,
    ).not.toBe(pid);
    expect(await check()).toBe("unchanged");
  });

  it("runs pm2 inside its boot unit", async () => {
    expect(await host.run("systemctl is-active pm2-ubuntu; systemctl is-enabled pm2-ubuntu")).toBe(
      "active\nenabled",
    );
  });
});

describe("the second apply", () => {
  it("changes nothing and restarts nothing", async () => {
    const before = await seen();
    expect(result(await apply(good))).toBe("unchanged");
    expect((await seen()).pid).toBe(before.pid);
  });
});

describe("a new release", () => {
  it("serves, with the dependencies of the one before", async () => {
    const said = await apply(await release("two"));
    expect(said).toContain(`dependencies are those of release ${good.hash}`);
    expect(await seen()).toMatchObject({ release: "two", ws: "8.23.0" });
  });

  it("leaves as many behind as are to be kept, the running one among them", async () => {
    good = await release("three");
    await apply(good);
    expect((await host.run("ls /srv/geo-backend/releases")).split("\n")).toHaveLength(2);
    expect(await host.run("cat /srv/geo-backend/current/release.txt; ls ~/.geo-system-*")).toBe(
      `three/home/ubuntu/${uploadPath(good.hash)}`,
    );
  });

  it("runs from another file when its package.json says so", async () => {
    const main = readFileSync(join(fixture, "package.json"), "utf8").replace("server.js", "main.js");
    const server = readFileSync(join(fixture, "server.js"), "utf8").replace(
      "{ release,",
      '{ entry: "main.js", release,',
    );
    await apply(await release("four", { "package.json": main, "main.js": server }));
    expect(await seen()).toMatchObject({ release: "four", entry: "main.js" });
    await apply(good);
  });
});

describe("the environment of a running backend", () => {
  it("loses what is no longer set: pm2 alone would keep it", async () => {
    await apply(good, { backendEnvironment: { GONE: "1", STAYS: "1" } });
    expect((await seen()).env).toMatchObject({ GONE: "1", STAYS: "1" });
    await apply(good, { backendEnvironment: { STAYS: "2" } });
    const { env } = await seen();
    expect([env.GONE, env.STAYS]).toEqual([undefined, "2"]);
    await apply(good);
  });

  it("gets a new secret by a start anew, when its generation is applied", async () => {
    const [before, generation] = [await seen(), await environment({ TOKEN: "canary-3" })];
    expect((await seen()).pid).toBe(before.pid);
    await host.run(`sudo geo-system backend apply --script 0 --environment ${generation}`, {
      input: payload(good),
    });
    const after = await seen();
    expect([after.env.TOKEN, after.env.ODD]).toEqual(["canary-3", undefined]);
  });
});

describe("a release that cannot serve", () => {
  it.each([
    [
      "throws at its start",
      'throw new Error("no database")',
      /it ended after .*, before it listened on port 3000/,
      /\| .*no database/,
    ],
    [
      "ends soon after it listens",
      'require("http").createServer().listen(3000, "127.0.0.1", () => setTimeout(() => { console.log("farewell"); process.exit(0) }, 250))',
      /it listened on port 3000 and ended after/,
      /\| farewell/,
    ],
    [
      "listens elsewhere",
      'require("http").createServer().listen(3999, () => console.log("on 3999"))',
      /it did not listen on port 3000 within 3\.\d s/,
      /\| on 3999/,
    ],
  ])("because it %s is taken back, with its own last words", async (_, server, why, words) => {
    const said = await refused(await release("bad", { "server.js": server }));
    expect(said).toMatch(why);
    expect(said).toMatch(words);
    expect(said).toMatch(
      new RegExp(`reverted: release [0-9a-f]+ did not come up: .*; release ${good.hash} serves again`),
    );
    expect((await seen()).release).toBe("three");
    expect(result(await apply(good))).toBe("unchanged");
    expect(await check()).toBe("unchanged");
  });

  it("is taken back also where somebody took the environment and the ecosystem file away", async () => {
    await host.run("sudo rm /srv/geo-backend/secret.env /srv/geo-backend/ecosystem.config.cjs");
    const said = await refused(await release("bad", { "server.js": 'throw new Error("x")' }));
    expect(said).toContain(`release ${good.hash} serves again`);
    expect(await seen()).toMatchObject({ release: "three" });
    expect(result(await apply(good))).toBe("applied");
    expect((await seen()).env).toMatchObject({ TOKEN: "canary-3" });
    expect(await check()).toBe("unchanged");
  });

  it("because npm cannot install it never stops the one that runs", async () => {
    const before = await seen();
    const manifest = readFileSync(join(fixture, "package.json"), "utf8").replace('"8.23.0"', '"7.0.0"');
    const lock = readFileSync(join(fixture, "package-lock.json"), "utf8").replace("MIT", "Other");
    const said = await refused(await release("bad", { "package.json": manifest, "package-lock.json": lock }));
    expect(said).toMatch(/npm ci.*sync[\s\S]*the dependencies of release [0-9a-f]+ cannot be installed/);
    expect((await seen()).pid).toBe(before.pid);
  });

  it("because its archive is another one never stops the one that runs", async () => {
    const [packed, other] = [await release("five"), await release("six")];
    await host.run(`cp ${uploadPath(other.hash)} ${uploadPath(packed.hash)}`);
    expect(await refused(packed)).toMatch(/files differ[\s\S]*release\.txt|release\.txt[\s\S]*files differ/);
    await host.run(`rm ${uploadPath(packed.hash)}`);
    expect(await refused(packed)).toContain("pulumi up --replace");
    expect((await seen()).release).toBe("three");
  });

  it("because this Node is too old is refused at once", async () => {
    const said = await host.fails("sudo geo-system backend apply", {
      input: payload({ ...good, engines: ">=99" }),
    });
    expect(said).toContain("expected a Node of >=99, found v24.21.0");
  });

  it("because its port is taken says by whom", async () => {
    await host.run(
      "sudo systemd-run -q --collect --unit squatter /usr/local/bin/node -e 'require(`net`).createServer().listen(4000)'",
    );
    await untilPrints((c) => host.run(c), "ss -Hltn sport = :4000", /LISTEN/);
    const input = payload(good, { backendPort: 4000 });
    expect(await host.fails("sudo geo-system backend apply", { input })).toContain(
      "port 4000 is taken by something else",
    );
    expect((await seen()).release).toBe("three");
    await host.run("sudo systemctl stop squatter");
  });
});

describe("check", () => {
  it.each([
    ["pm2 stop geo-backend", /pm2 says of geo-backend: stopped/],
    ["pm2 delete geo-backend", /pm2 knows no application geo-backend/],
    ["sudo ln -sfT releases/none /srv/geo-backend/current", /current leads to 'none'/],
    ["sudo rm /srv/geo-backend/secret.env", /secret.env is missing/],
    ["rm ~/.pm2/dump.pm2", /saved list lacks geo-backend/],
    ["sudo systemctl disable -q pm2-ubuntu", /pm2-ubuntu.service does not start at boot/],
    ["echo // >> /srv/geo-backend/ecosystem.config.cjs", /ecosystem.config.cjs differs/],
  ])("sees what %s did, and apply mends it", async (command, expected) => {
    await login(command.replace(/^echo/, "sudo chmod 666 /srv/geo-backend/ecosystem.config.cjs && echo"));
    expect(await host.fails("sudo geo-system backend check")).toMatch(expected);
    expect(result(await apply(good))).toBe("applied");
    expect(await check()).toBe("unchanged");
  });
});

describe("a power cycle", () => {
  it("brings the backend back by itself, also when Node lies elsewhere by now", async () => {
    await host.run(
      "sudo cp -al /opt/geo-system/node-v24.21.0-npm-11.19.1 /opt/geo-system/node-moved && sudo ln -sfT /opt/geo-system/node-moved/bin/node /usr/local/bin/node && sudo mv /opt/geo-system/node-v24.21.0-npm-11.19.1 /opt/geo-system/node-away",
    );
    await host.reboot();
    await untilPrints((c) => host.run(c), "curl -sf http://127.0.0.1:3000/", /"three"/, { within: 30_000 });
    await host.run("sudo mv /opt/geo-system/node-away /opt/geo-system/node-v24.21.0-npm-11.19.1");
    expect(await check()).toBe("unchanged");
  });
});

describe("undo", () => {
  it("leaves another application of the user alone", async () => {
    await host.run("echo 'setInterval(() => {}, 1000)' > other.js");
    await login("pm2 start other.js && pm2 save");
    expect(result(await host.run("sudo geo-system backend undo"))).toBe("applied");
    expect(await login("pm2 jlist")).toMatch(/"name":"other"/);
    expect(await login("pm2 jlist; cat ~/.pm2/dump.pm2")).not.toContain("geo-backend");
    expect(await host.run("systemctl is-enabled pm2-ubuntu")).toBe("enabled");
  });

  it("gives the host back as it was, but for the backend's data, which it names", async () => {
    await login("pm2 delete other && pm2 save --force");
    await environment();
    good = await release("last");
    await apply(good);
    await host.run("echo data > /srv/geo-backend/shared/topics.json");
    expect(await host.run("sudo geo-system backend undo")).toContain(
      "not the backend's data: /srv/geo-backend/shared",
    );
    expect(await host.run("find /srv/geo-backend -type f")).toBe("/srv/geo-backend/shared/topics.json");
    expect(
      await host.run(
        "ls -d /etc/systemd/system/pm2-* ~/.geo-system-* /usr/local/lib/geo-system 2> /dev/null || true",
      ),
    ).toBe("");
    expect(await host.run("pgrep -f '[G]od Daemon|[s]rv/geo-backend' || true")).toBe("");
    expect(await host.run("sudo geo-system backend undo")).toBe("unchanged");
  });
});
