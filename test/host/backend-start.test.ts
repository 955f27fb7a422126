import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHost } from "../support/host.ts";
import { FixtureBackend, fixture, secrets } from "./support/backend.ts";
import { startServedHost } from "./support/served-host.ts";

let host: TestHost;
let backend: FixtureBackend;

/** Text that must never reach the host; in halves, so that this file is no place where it is found. */
const marker = ["stays", "at", "home"].join("-");

beforeAll(async () => {
  host = await startServedHost("backend-start");
  backend = await FixtureBackend.on(host);
  await backend.environment();
  await host.run("touch start");
});
afterAll(() => host?.[Symbol.asyncDispose]());

/** What the process says of itself beyond {@link Seen}. */
const talkative = () =>
  readFileSync(join(fixture, "server.js"), "utf8").replace(
    "{ release,",
    "{ argv: process.argv.slice(2), options: process.execArgv, cwd: process.cwd(), release,",
  );

interface Told {
  argv: string[];
  options: string[];
  cwd: string;
  pid: number;
  env: Record<string, string>;
}
const told = async () => JSON.parse(await backend.page()) as Told;

/** A program of a dependency, which starts the server in itself or in another process. */
const tool = {
  "tool/package.json": JSON.stringify({ name: "tool", version: "1.0.0", bin: { serve: "cli.js" } }),
  "tool/cli.js": `#!/usr/bin/env node
if (process.argv[2] === "inside") require("../server.js");
else require("node:child_process").spawn(process.execPath, ["server.js"], { stdio: "inherit" });
`,
};

function withTool() {
  const manifest = JSON.parse(readFileSync(join(fixture, "package.json"), "utf8"));
  const lock = JSON.parse(readFileSync(join(fixture, "package-lock.json"), "utf8"));
  lock.packages[""].dependencies.tool = "file:tool";
  lock.packages["node_modules/tool"] = { resolved: "tool", link: true };
  lock.packages.tool = { version: "1.0.0", bin: { serve: "cli.js" } };
  return {
    manifest: { ...manifest, dependencies: { ...manifest.dependencies, tool: "file:tool" } },
    files: { ...tool, "package-lock.json": JSON.stringify(lock) },
  };
}

describe("what a release is made of", () => {
  it("holds nothing that git ignores: the host is searched for it", async () => {
    const ignored = {
      ".env": `TOKEN=${marker}`,
      "keys/server.pem": `-----BEGIN PRIVATE KEY-----\n${marker}\n`,
      "logs/app.log": marker,
    };
    const packed = await backend.checkout("git", { ".gitignore": ".env\n*.pem\nlogs/\n" }, ignored);
    await backend.apply(packed);
    expect(await backend.page()).toContain('"git"');
    // What the host wrote since then: an archive gives its files any other time, but not this one.
    const written = "sudo find / /run /tmp /dev/shm -xdev -type f -cnewer start -print0";
    // As a pattern that does not match itself: sudo writes command lines to the journal.
    const search = `${written} | sudo xargs -0r grep -ls -- ${marker.replaceAll("-", "[-]")} || true`;
    expect(await host.run(search)).toBe("");
    await host.run("cat > ~/found", { input: marker });
    expect(await host.run(search)).toContain("/home/ubuntu/found");
    await host.run("rm ~/found");
  });

  it("is its user's alone, on a host of an earlier version too", async () => {
    const folder = await backend.current();
    await host.run(`chmod 750 /srv/geo-backend/releases /srv/geo-backend/${folder}`);
    expect(await host.fails("sudo geo-system backend check")).toContain(
      "/srv/geo-backend/releases can be read by other users",
    );
    await backend.apply(await backend.checkout("git 2", { ".gitignore": "" }));
    expect(await host.run(`stat -c '%U %a' /srv/geo-backend/releases /srv/geo-backend/${folder}`)).toBe(
      "ubuntu 700\nubuntu 750",
    );
    expect(
      await host.run("stat -c '%U %a' /srv/geo-backend/current/ ~/.geo-system ~/.geo-system/*.tar"),
    ).toMatch(/^ubuntu 700\nubuntu 700\nubuntu 600$/);
    await host.run("sudo useradd --create-home stranger");
    for (const path of ["/srv/geo-backend/current/server.js", "/home/ubuntu/.geo-system/*.tar"])
      await host.fails(`sudo runuser -u stranger -- cat ${path}`);
  });
});

describe("the start line", () => {
  it("arrives in the process: options, arguments, environment, and never a secret's place", async () => {
    const start =
      "MODE=live TOKEN=plain node --max-old-space-size=300 -r ./first.js server.js --port $PORT 'two words'";
    const manifest = { ...withTool().manifest, scripts: { start } };
    const files = { "server.js": talkative(), "first.js": "process.env.FIRST = '1';" };
    await backend.apply(
      await backend.checkout(
        "line",
        { ...files, "package.json": JSON.stringify({ ...manifest, dependencies: { ws: "8.23.0" } }) },
        {},
        { backendSecretEnvironment: secrets },
      ),
    );
    const { argv, options, env, pid } = await told();
    expect(argv).toEqual(["--port", "3000", "two words"]);
    expect(options).toEqual(expect.arrayContaining(["--max-old-space-size=300", "-r", "./first.js"]));
    expect(env).toMatchObject({ MODE: "live", FIRST: "1", PORT: "3000", TOKEN: secrets.TOKEN });
    // pm2 writes a title over the command line of a process, so the process itself is asked.
    expect(await host.run(`tr '\\0' ' ' < /proc/${pid}/cmdline`)).toMatch(
      /^node \/srv\/geo-backend\/releases\/\w+\/server.js/,
    );
  });

  it.each(["inside", "beside"])("may be a dependency's program that serves %s its process", async (where) => {
    const { manifest, files } = withTool();
    const text = JSON.stringify({ ...manifest, scripts: { start: `serve ${where}` } });
    await backend.apply(
      await backend.checkout(where, { ...files, "server.js": talkative(), "package.json": text }),
    );
    expect((await told()).env).toMatchObject({ TOKEN: secrets.TOKEN, PORT: "3000" });
    expect(await backend.check()).toBe("unchanged");
  });
});

describe("an ecosystem file of its own", () => {
  it("decides folder, arguments, environment and limits", async () => {
    const app = {
      ...{ name: "api", cwd: "app", script: "main.js", args: "--x 1", node_args: "--enable-source-maps" },
      ...{
        env: { A: "1" },
        env_production: { B: "2" },
        max_memory_restart: "300M",
        kill_timeout: 2500,
        instances: 2,
      },
    };
    const packed = await backend.checkout("own", {
      "ecosystem.config.js": `module.exports = { apps: [${JSON.stringify(app)}] };`,
      "server.js": talkative(),
      "app/main.js": 'require("../server.js");',
    });
    await backend.apply(packed, { backendInstances: 2 });
    const { argv, cwd, env, options } = await told();
    expect(argv).toEqual(["--x", "1"]);
    expect(cwd).toMatch(/^\/srv\/geo-backend\/releases\/[0-9a-f]{12}\/app$/);
    expect(options).toContain("--enable-source-maps");
    expect(env).toMatchObject({ A: "1", B: "2" });
    const [entry] = await backend.dumped();
    expect(entry).toMatchObject({
      max_memory_restart: 300 * 1024 * 1024,
      kill_timeout: 2500,
      exec_mode: "cluster_mode",
    });
  });
});
