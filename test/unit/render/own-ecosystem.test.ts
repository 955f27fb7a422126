import { describe, expect, it, vi } from "vitest";
import { readStart } from "../../../infra/render/start/read-start.ts";
import type { Manifest, StartParameters } from "../../../infra/render/start/release-context.ts";
import { describeStart } from "../../../infra/render/start/start.ts";
import { validate } from "../../../infra/settings/validate.ts";
import { folderOf } from "../../support/checkout.ts";

const module = (app: object | object[]) => `module.exports = { apps: ${JSON.stringify([app].flat())} };`;
const sources = { "server.js": "", "api/index.js": "", "src/server.ts": "" };

/** How a backend starts that has these files, some of which do not travel. */
function start(
  files: Record<string, string>,
  parameters: StartParameters = {},
  { manifest = {}, ignored = [] }: { manifest?: Manifest; ignored?: string[] } = {},
) {
  const all = { ...sources, ...files };
  const paths = new Set(Object.keys(all).filter((path) => !ignored.includes(path)));
  return readStart({
    ...{ folder: folderOf({ "package.json": JSON.stringify(manifest), ...all }), manifest, paths },
    parameters: { backendPort: 3000, backendName: "geo-backend", ...parameters },
  });
}
const app = (members: object, parameters?: StartParameters) =>
  start({ "ecosystem.config.cjs": module({ script: "server.js", ...members }) }, parameters);

describe("a pm2 file of the backend's own", () => {
  it("names the applications that are not started", async () => {
    const apps = [
      { name: "geo-backend", script: "server.js" },
      { name: "worker", script: "api/index.js" },
    ];
    const { script, notes } = await start({ "ecosystem.config.cjs": module(apps) });
    expect(script).toBe("server.js");
    expect(notes).toContain(
      "ecosystem.config.cjs: not started: worker; this package runs one application, the one that serves WebSockets",
    );
  });

  it("says all of how it starts", async () => {
    const found = await app({
      name: "api",
      script: "./index.js",
      cwd: "./api",
      args: "--name 'two words'",
      node_args: ["--enable-source-maps"],
      instances: 3,
      exec_mode: "cluster",
      env: { A: "1", B: "1", LIST: [1] },
      env_production: { B: "2", NODE_ENV: "production" },
      max_memory_restart: "300M",
      kill_timeout: 8000,
      wait_ready: true,
    });
    expect(found).toEqual({
      source: "ecosystem.config.cjs",
      nodeArguments: ["--enable-source-maps"],
      script: "api/index.js",
      args: ["--name", "two words"],
      environment: { A: "1", B: "2", LIST: "[1]", NODE_ENV: "production" },
      cwd: "api",
      instances: 3,
      pm2: { max_memory_restart: "300M", kill_timeout: 8000 },
      notes: ["ecosystem.config.cjs: wait_ready: not used; logs, restarts and names are this package's"],
    });
  });

  it.each([
    ["ecosystem.config.js", module({ script: "server.js" })],
    ["ecosystem.config.mjs", 'export default { apps: [{ script: "server.js" }] };'],
    ["ecosystem.config.json", '{ "apps": [{ "script": "server.js" }] }'],
    ["process.json", '[{ "script": "server.js" }]'],
    ["ecosystem.config.yml", "apps:\n  - script: server.js\n"],
  ])("may be %s", async (name, text) => {
    const found = await start({ [name]: text }, {}, { manifest: { scripts: { start: "nodemon" } } });
    expect(describeStart(found)).toBe(`node server.js (${name})`);
  });

  it("is found through scripts.start, under any name", async () => {
    const manifest = { scripts: { start: "A=1 pm2-runtime start deploy/pm2.config.js --env production" } };
    const found = await start({ "deploy/pm2.config.js": module({ script: "server.js" }) }, {}, { manifest });
    expect(describeStart(found)).toBe("A=1 node server.js (deploy/pm2.config.js)");
  });

  it("may be about something else", async () => {
    const files = { "ecosystem.config.js": "module.exports = { deploy: {} };" };
    expect(await start(files, {}, { manifest: { main: "server.js" } })).toMatchObject({
      source: "package.json, main",
    });
  });

  it.each(["{ deploy: {} }", "() => ({ apps: [] })", "{ app: [{ script: 'server.js' }] }"])(
    "that has no application is not passed over in silence: %s",
    async (exported) => {
      const files = { "ecosystem.config.js": `module.exports = ${exported};` };
      const { notes } = await start(files, {}, { manifest: { scripts: { start: "node server.js" } } });
      expect(notes).toEqual([
        'ecosystem.config.js has no application in "apps"; what counts is package.json, scripts.start',
      ]);
    },
  );

  it.each([
    [{ script: "npm", args: "run prod" }, "node server.js --x (ecosystem.config.js)"],
    [
      { script: "./node_modules/.bin/next", args: ["start"] },
      "node node_modules/.bin/next start (ecosystem.config.js)",
    ],
    [
      { script: "src/server.ts", interpreter: "tsx" },
      "node --import tsx src/server.ts (ecosystem.config.js)",
    ],
    [
      { script: "server.js", interpreter: "/usr/bin/node", nodeArgs: "-r x" },
      "node -r x server.js (ecosystem.config.js)",
    ],
  ])("may name a program: %j", async (members, expected) => {
    const manifest = { scripts: { prod: "node server.js --x" } };
    expect(describeStart(await start({ "ecosystem.config.js": module(members) }, {}, { manifest }))).toBe(
      expected,
    );
  });

  it("is read with nothing of this machine: no environment, no ignored file", async () => {
    vi.stubEnv("SECRET_TOKEN", "canary");
    const text = `
      const { readFileSync, existsSync } = require("node:fs");
      console.log("noise");
      const path = require("node:path").join(__dirname, ".env");
      module.exports = { apps: [{ script: "server.js", env: {
        TOKEN: process.env.SECRET_TOKEN, FILE: String(existsSync(path)), OTHER: require("./lib").name,
      } }] };
      setInterval(() => {}, 1000);`;
    const files = { "ecosystem.config.js": text, ".env": "canary", "lib.js": 'exports.name = "lib";' };
    const found = await start(files, {}, { ignored: [".env"] });
    expect(found.environment).toEqual({ FILE: "false", OTHER: "lib" });
    expect(found.notes).toEqual([
      "env.TOKEN has no value when the file is read; set it by backendEnvironment or backendSecretEnvironment",
    ]);
    const known = await start(files, { backendSecretEnvironment: { TOKEN: "x" } }, { ignored: [".env"] });
    expect(known.notes).toEqual([]);
    vi.unstubAllEnvs();
  });

  it.each([
    [{ watch: true }, "watch: true: a restart of its own cuts connections"],
    [{ watch: ["src"] }, 'watch: ["src"]:'],
    [{ interpreter: "bash" }, 'interpreter: "bash": Node runs the backend'],
    [{ port: 8080 }, "port: 8080: the port is backendPort"],
    [{ cron_restart: "0 3 * * *" }, 'cron_restart: "0 3 * * *"'],
    [{ instances: "max" }, 'instances: "max": set backendInstances to a number'],
    [{ instances: 2, exec_mode: "fork" }, 'exec_mode: "fork" with instances: 2'],
    [{ autorestart: false }, "autorestart: false"],
    [{ user: "root" }, 'user: "root": the user is key user'],
    [{ sorcery: 1 }, "sorcery: 1: not known here"],
    [{ script: undefined }, "script: nothing: expected a file"],
    [{ script: "gone.js" }, 'script: expected a file of the release, found "gone.js"'],
    [{ cwd: "/var/www" }, 'cwd: expected a folder of the release, found "/var/www"'],
  ])("is refused by the name of a member: %j", async (members, expected) => {
    await expect(app(members)).rejects.toThrow(expected);
  });

  it("names all of them at once", async () => {
    await expect(app({ watch: true, port: 1 })).rejects.toThrow(
      /^backendSource: ecosystem.config.cjs: these members cannot be honoured:\n.*watch: true.*\n.*port: 1/,
    );
  });

  it.each([{ watch: false }, { autorestart: true }, { instances: "max", backend: 4 }])(
    "takes what does no harm: %j",
    async ({ backend, ...members }: { backend?: number }) => {
      await expect(app(members, backend ? { backendInstances: backend } : {})).resolves.toBeTruthy();
    },
  );

  it("says its error where it cannot be read", async () => {
    const files = { "ecosystem.config.js": 'require("gone");' };
    await expect(start(files)).rejects.toThrow(
      /^backendSource: ecosystem.config.js: it cannot be read: Error: Cannot find module 'gone'; next: /,
    );
    await expect(start({ "ecosystem.config.json": "{" })).rejects.toThrow(
      "ecosystem.config.json: it cannot be read",
    );
  });

  it("of several applications gives the one of our name, or they are named", async () => {
    const two = {
      "ecosystem.config.js": module([
        { name: "web", script: "server.js" },
        { name: "ws", script: "api/index.js" },
      ]),
    };
    expect(await start(two, { backendName: "ws" })).toMatchObject({ script: "api/index.js" });
    await expect(start(two)).rejects.toThrow(
      "expected one application, or one that is called geo-backend, as backendName says; found web, ws; next: set backendName",
    );
  });
});

describe("the number of processes", () => {
  const folder = folderOf({
    ...{ "package.json": "{}", "package-lock.json": '{ "lockfileVersion": 3 }', "server.js": "" },
    "ecosystem.config.cjs": module({ script: "server.js", instances: 4 }),
  });
  const instances = (raw: object) =>
    validate({ host: "203.0.113.7", handshakeToken: "x", backendSource: folder, ...raw }).backendInstances;

  it("is the pm2 file's, unless the configuration says another one", () => {
    expect(instances({})).toBe(4);
    expect(instances({ backendInstances: 2 })).toBe(2);
    expect(instances({ backendStart: "node server.js" })).toBe(1);
  });

  it("is said where both say one", async () => {
    const found = await start(
      { "ecosystem.config.js": module({ script: "server.js", instances: 4 }) },
      { backendInstances: 2 },
    );
    expect(found.notes).toEqual([
      "ecosystem.config.js asks for 4 instances; what counts is backendInstances: 2",
    ]);
  });
});
