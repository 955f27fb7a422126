import { describe, expect, it } from "vitest";
import { readStart } from "../../../infra/render/start/read-start.ts";
import type { Manifest, StartParameters } from "../../../infra/render/start/release-context.ts";
import { describeStart } from "../../../infra/render/start/start.ts";
import { folderOf } from "../../support/checkout.ts";

const sources = [
  "server.js",
  "src/server.ts",
  "src/instrument.mjs",
  "dist/main.js",
  "bin/www",
  "名 字.js",
  "app.env",
];

/** How a backend of this package.json starts; more files may be in the release. */
function start(manifest: Manifest, parameters: StartParameters = {}, more: Record<string, string> = {}) {
  const files = { ...Object.fromEntries(sources.map((name) => [name, ""])), ...more };
  const settings = { backendPort: 3000, backendName: "geo-backend", ...parameters };
  return readStart({
    folder: folderOf({ "package.json": JSON.stringify(manifest), ...files }),
    manifest,
    paths: new Set(Object.keys(files)),
    parameters: settings,
  });
}
const line = async (text: string, scripts: Record<string, string> = {}, manifest: Manifest = {}) =>
  describeStart(await start({ ...manifest, scripts: { start: text, ...scripts } }));

describe("scripts.start is read as it is written", () => {
  it.each([
    ["node server.js", "node server.js"],
    ["node ./server", "node server.js"],
    ["nodejs dist/main", "node dist/main.js"],
    ["exec node server.js", "node server.js"],
    ["node bin/www", "node bin/www"],
    ["./server.js --fast", "node server.js --fast"],
    [
      "node --max-old-space-size=512 -r dotenv/config server.js",
      "node --max-old-space-size=512 -r dotenv/config server.js",
    ],
    ["node --require=dotenv/config server.js", "node --require=dotenv/config server.js"],
    ["node --import ./src/instrument.mjs server.js", "node --import ./src/instrument.mjs server.js"],
    ["node --env-file=app.env server.js", "node --env-file=app.env server.js"],
    ["node -- server.js -v", "node server.js -v"],
    ["node server.js --name 'two words' \"it's\"", "node server.js --name 'two words' \"it's\""],
    ['node "名 字.js"', "node '名 字.js'"],
    ["node server.js --port $PORT ${HOST:-0.0.0.0}", "node server.js --port ${PORT} ${HOST}"],
    ["node server.js --level ${LEVEL:-info} # comment", "node server.js --level info"],
    ["NODE_ENV=staging DEBUG='a b' node server.js", "NODE_ENV=staging DEBUG='a b' node server.js"],
    ["cross-env A=1 B=2 node server.js", "A=1 B=2 node server.js"],
    ["A=1 env B=2 node server.js", "A=1 B=2 node server.js"],
    ["tsx src/server.ts --x", "node --import tsx src/server.ts --x"],
    ["npx tsx --tsconfig t.json src/server.ts", "TSX_TSCONFIG_PATH=t.json node --import tsx src/server.ts"],
    ["ts-node -T src/server.ts", "TS_NODE_TRANSPILE_ONLY=true node -r ts-node/register src/server.ts"],
    ["nest start", "node --enable-source-maps dist/main.js"],
    ["next start -p $PORT", "node node_modules/.bin/next start -p ${PORT}"],
    ["pnpm exec next start", "node node_modules/.bin/next start"],
    ["./node_modules/.bin/next start", "node node_modules/.bin/next start"],
  ])("%s", async (text, expected) => {
    expect(await line(text)).toBe(`${expected} (package.json, scripts.start)`);
  });

  it.each([
    ["npm run prod", { prod: "node server.js" }, "node server.js (package.json, scripts.prod)"],
    [
      "A=1 npm run prod -- --x",
      { prod: "A=2 node server.js y" },
      "A=2 node server.js y --x (package.json, scripts.prod)",
    ],
    ["yarn prod --x", { prod: "node server.js" }, "node server.js --x (package.json, scripts.prod)"],
    ["pnpm run a", { a: "npm run b", b: "node server.js" }, "node server.js (package.json, scripts.b)"],
    ["node --run prod", { prod: "node server.js" }, "node server.js (package.json, scripts.prod)"],
  ])("through other scripts: %s", async (text, scripts, expected) => {
    expect(await line(text, scripts)).toBe(expected);
  });

  it.each([
    ["npm run build && node dist/main.js", 'found && in "npm run build && node dist/main.js"'],
    ["npm run build && node dist/main.js", 'config set backendStart "node dist/main.js"'],
    ["node server.js | pino-pretty", "found |"],
    ["node $(cat entry)", "found $(…)"],
    ["node `cat entry`", "found `…`"],
    ["node dist/*.js", "found dist/*.js"],
    ["node server.js > log", "found >"],
    ["node server.js &", "found &"],
    [
      "node server.js --db $DATABASE",
      '$DATABASE in "node server.js --db $DATABASE" has no value on the host',
    ],
    ["node gone.js", "found gone.js, which is not in it; next: let git track it, or let the build make it"],
    ["node", "expected node FILE, found no file"],
    ["node --watch server.js", "found node --watch: a watcher"],
    ["node -e '1'", "found node -e: a program in a word"],
    [
      "node --env-file=.env server.js",
      "found --env-file .env, which does not travel; next: set its variables by",
    ],
    ["node -r ./gone server.js", "found ./gone, which is not in it"],
    ["nodemon server.js", "found nodemon: it is for development"],
    ["tsx watch src/server.ts", "found tsx watch: it is for development"],
    ["nest start --watch", "found nest start --watch"],
    ["bash start.sh", "found bash: a shell"],
    ["./start.sh", "found ./start.sh"],
    ["python app.py", "found python: another runtime"],
    ["bun run server.ts", "found bun: another runtime"],
    ["dotenv -- node server.js", "set these by backendSecretEnvironment"],
    ["npm ci", "expected npm run NAME, found npm ci"],
    ["npm run gone", "found gone, which is not there"],
    ["npm start", "its scripts name each other"],
    ["npx -y next start", "expected the name of a program after npx, found -y"],
    ["pnpm dlx serve", "downloads a program at each start"],
    ["ts-node --cwd-mode src/server.ts", "this option of ts-node is not known here: --cwd-mode"],
  ])("or refused by name: %s", async (text, expected) => {
    await expect(line(text)).rejects.toThrow(expected);
  });

  it("needs what it loads to be installed without devDependencies", async () => {
    const manifest = { devDependencies: { tsx: "1", next: "1" } };
    const said =
      "it needs tsx, which is in devDependencies, and these are not installed on the host; next: npm install --save-prod tsx";
    await expect(line("tsx src/server.ts", {}, manifest)).rejects.toThrow(said);
    await expect(line("next start", {}, manifest)).rejects.toThrow(
      "it needs next, which is in devDependencies",
    );
    expect(await line("tsx src/server.ts", {}, { ...manifest, dependencies: { tsx: "1" } })).toContain(
      "--import tsx",
    );
  });

  it("needs the compiler of ts-node there as well", async () => {
    const manifest = { dependencies: { "ts-node": "1" }, devDependencies: { typescript: "1" } };
    await expect(line("ts-node src/server.ts", {}, manifest)).rejects.toThrow(
      "it needs typescript, which is in",
    );
    expect(
      await line("ts-node src/server.ts", {}, { dependencies: { "ts-node": "1", typescript: "1" } }),
    ).toContain("ts-node/register");
  });

  it("needs what Node loads first to be listed, or locked as a dependency of another", async () => {
    const packages = { "node_modules/dotenv": {}, "node_modules/tracer": { dev: true } };
    const lock = { "package-lock.json": JSON.stringify({ packages }) };
    const of = (text: string, more = lock) => start({ scripts: { start: text } }, {}, more);
    await expect(of("node -r newrelic server.js")).rejects.toThrow(
      "it loads newrelic, which is in no list of dependencies of package.json, and not in package-lock.json; next: npm install --save-prod newrelic, and commit both files",
    );
    await expect(of("node --import tracer/register server.js")).rejects.toThrow("it loads tracer");
    expect(describeStart(await of("node -r dotenv/config server.js"))).toContain("-r dotenv/config");
    expect(describeStart(await of("node -r node:fs -r fs server.js"))).toContain("-r fs");
  });

  it("goes by package.json where npm's lock file is of version 1, and names one that is no JSON", async () => {
    const of = (lock: string) =>
      start(
        { scripts: { start: "next start" }, dependencies: { next: "15.5.2" } },
        {},
        {
          "package-lock.json": lock,
        },
      );
    expect(await of('{ "lockfileVersion": 1, "dependencies": { "next": {} } }')).toMatchObject({
      script: "node_modules/.bin/next",
    });
    await expect(of("<<<<<<< HEAD")).rejects.toThrow(
      /^backendSource: expected JSON in .*package-lock\.json: .*; next: npm install --package-lock-only/,
    );
  });

  it("asks npm's lock file which package a program belongs to", async () => {
    const packages = {
      "node_modules/@nestjs/cli": { dev: true, bin: { nestlike: "x.js" } },
      "node_modules/a": { bin: { a: "a.js" } },
    };
    const lock = { "package-lock.json": JSON.stringify({ packages }) };
    const of = (text: string) => start({ scripts: { start: text } }, {}, lock);
    await expect(of("nestlike serve")).rejects.toThrow("it needs @nestjs/cli, which is in devDependencies");
    await expect(of("other serve")).rejects.toThrow("found other, which no package of package-lock.json has");
    expect(await of("a serve")).toMatchObject({ script: "node_modules/.bin/a", args: ["serve"] });
  });

  it("does not run what npm would run before it, and says so or refuses", async () => {
    const of = (prestart: string) => start({ scripts: { prestart, start: "node server.js" } });
    expect((await of("npm run build")).notes).toEqual([
      "package.json, scripts.prestart (npm run build) is left to the build",
    ]);
    await expect(of("prisma migrate deploy")).rejects.toThrow(
      'package.json, scripts.prestart: expected nothing that runs before each start, found "prisma migrate deploy"',
    );
  });
});

describe("without scripts.start", () => {
  it.each([
    [{ main: "server.js" }, "node server.js (package.json, main)"],
    [{ main: "./dist/main" }, "node dist/main.js (package.json, main)"],
    [{}, "node server.js (the usual name)"],
  ])("main is started: %j", async (manifest, expected) => {
    expect(describeStart(await start(manifest))).toBe(expected);
  });

  it("a main that is not there is refused", async () => {
    await expect(start({ main: "gone.js" })).rejects.toThrow('found "gone.js", which is not in the release');
  });

  it("the folder itself means main", async () => {
    expect(await line("node .", {}, { main: "dist/main.js" })).toContain("node dist/main.js");
  });
});

describe("the configuration has the last word", () => {
  it("backendStart overrides all, and that is said", async () => {
    const manifest = { scripts: { start: "nodemon", "start:prod": "node dist/main.js" } };
    const found = await start(
      manifest,
      { backendStart: "npm run start:prod -- --x" },
      { "ecosystem.config.js": "broken" },
    );
    expect(describeStart(found)).toBe("node dist/main.js --x (package.json, scripts.start:prod)");
    expect(found.notes).toEqual(["ecosystem.config.js is not read, since backendStart is set"]);
    await expect(start({}, { backendStart: "a | b" })).rejects.toThrow(/^backendStart: expected one command/);
  });

  it("over variables, and says where", async () => {
    const text = "PORT=8080 HOST=127.0.0.1 A=1 B=2 C=3 node server.js";
    const parameters = { backendEnvironment: { A: "9", B: "2" }, backendSecretEnvironment: { C: "secret" } };
    const found = await start({ scripts: { start: text } }, parameters);
    expect(found.environment).toEqual({});
    expect(found.notes).toEqual([
      "package.json, scripts.start sets PORT to 8080; what counts is backendPort: 3000",
      "package.json, scripts.start sets A to 1; what counts is backendEnvironment",
      "package.json, scripts.start sets C to 3; what counts is backendSecretEnvironment",
    ]);
  });
});
