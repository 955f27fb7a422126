import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { packRelease } from "../../../infra/render/release.ts";
import { emptyCache, emptyLock, entries, repository } from "./fixture.ts";

const compile = `
const { mkdirSync, readFileSync, writeFileSync, appendFileSync } = require("node:fs");
if (process.env.STOP || readFileSync("src/server.txt", "utf8") === "broken") { console.error("src/server.txt(1,1): error TS1005"); process.exit(3); }
mkdirSync("dist/public", { recursive: true });
writeFileSync("dist/server.js", "// built " + process.hrtime.bigint());
writeFileSync("dist/public/app.js.map", "{}");
writeFileSync("dist/environment.json", JSON.stringify(process.env));
writeFileSync("dist/folder.txt", process.cwd());
`;
const files = {
  "package.json": { name: "backend", scripts: { build: "node compile.cjs", start: "node dist/server.js" } },
  "package-lock.json": emptyLock("backend"),
  ".gitignore": "dist/\n",
  "compile.cjs": compile,
  "src/server.txt": "one",
};

let cache: string;
const lines: string[] = [];
const pack = (backendSource: string, backendBuild?: string) =>
  packRelease({ backendSource, ...(backendBuild && { backendBuild }) }, (line) => lines.push(line));

function tree(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).sort();
}

// Every build starts npm twice.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  cache = emptyCache();
  lines.length = 0;
  return () => vi.unstubAllEnvs();
});

describe("a backend with a build script", () => {
  it("travels with what its build wrote, from a checkout that stays as it is", async () => {
    const source = repository({ ...files, "stale/a.txt": "" });
    const before = tree(source);
    const release = await pack(source);
    expect(release).toMatchObject({ start: { script: "dist/server.js" }, build: ["npm run build"] });
    const found = await entries(release.archivePath);
    expect([...found.keys()]).toEqual([
      "./.geo-system-files",
      ...[
        "./.gitignore",
        "./compile.cjs",
        "./dist/environment.json",
        "./dist/folder.txt",
        "./dist/public/app.js.map",
      ],
      ...["./dist/server.js", "./package-lock.json", "./package.json", "./src/server.txt", "./stale/a.txt"],
    ]);
    expect(found.get("./.geo-system-files")).toMatch(/^[0-9a-f]{64} dist\/server\.js$/m);
    expect(release.manifest.map(({ path }) => path)).not.toContain("dist/server.js");
    expect(tree(source)).toEqual(before);
    expect(readdirSync(join(cache, "geo-system/build-work"))).toEqual([]);
    expect(lines.filter((line) => line.includes("npm run build"))).toEqual([
      "build: npm run build",
      expect.stringMatching(/^build: npm run build: done in \d+\.\d s$/),
    ]);
  });

  it("is built once for each content, and named by it, not by the bytes that were built", async () => {
    const source = repository(files);
    const [one, two] = await Promise.all([pack(source), pack(source)]);
    expect(one).toEqual(two);
    const bytes = readFileSync(one.archivePath);
    lines.length = 0;
    expect(readFileSync((await pack(source)).archivePath)).toEqual(bytes);
    expect(lines).toEqual([]);
    rmSync(cache, { recursive: true });
    const elsewhere = await pack(repository(files));
    expect(elsewhere.hash).toBe(one.hash);
    expect(readFileSync(elsewhere.archivePath)).not.toEqual(bytes);
    expect(elsewhere).toEqual({ ...one, archivePath: elsewhere.archivePath, notes: elsewhere.notes });
  });

  it("is another release with another source, command or .deployignore", async () => {
    const source = repository(files);
    const names = [(await pack(source)).hash, (await pack(source, "node compile.cjs fast")).hash];
    writeFileSync(join(source, "src/server.txt"), "two");
    names.push((await pack(source)).hash);
    writeFileSync(join(source, ".deployignore"), "src/\n*.map\n");
    const last = await pack(source);
    expect(new Set([...names, last.hash]).size).toBe(4);
    const found = [...(await entries(last.archivePath)).keys()];
    expect(found).toContain("./dist/server.js");
    expect(found.join()).not.toMatch(/src\/|\.map/);
  });

  it("sees none of the operator's secrets, and no NODE_ENV", async () => {
    vi.stubEnv("NODE_ENV", "production");
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "canary");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "canary");
    const { archivePath } = await pack(repository(files));
    const environment = JSON.parse((await entries(archivePath)).get("./dist/environment.json") ?? "{}");
    expect(environment).toMatchObject({ CI: "true", HOME: process.env.HOME });
    expect(environment).not.toHaveProperty("NODE_ENV");
    expect(Object.keys(environment).filter((name) => /manage_package_manager/i.test(name))).toEqual([]); // npm warns of it
    expect(JSON.stringify(environment)).not.toContain("canary");
  });

  it("is done when its command has ended, though a process that it left behind holds its output", async () => {
    const source = repository(files);
    const pid = join(cache, "pid");
    const left = await pack(source, `node compile.cjs; sleep 300 & echo $! > '${pid}'`).finally(() =>
      process.kill(Number(readFileSync(pid, "utf8"))),
    );
    expect(left.start.script).toBe("dist/server.js");
  });

  it("is what it is without a build where that is switched off", async () => {
    const source = repository({ ...files, ".gitignore": "", "dist/server.js": "by hand" });
    const release = await pack(source, "off");
    expect(release.build).toEqual([]);
    expect([...(await entries(release.archivePath)).keys()]).not.toContain("./.geo-system-files");
  });
});

describe("a build that fails", () => {
  it("says what it said last, the command and the folder, and leaves nothing", async () => {
    const source = repository({ ...files, "src/server.txt": "broken" });
    await expect(pack(source)).rejects.toThrow(
      new RegExp(
        [
          "^The backend cannot be built; nothing was changed: npm run build failed with exit code 3",
          "[\\s\\S]*src/server\\.txt\\(1,1\\): error TS1005",
          `\\n {2}folder: ${source.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`,
          "\\n {2}next: .*clean copy.*backendBuild off",
        ].join(""),
      ),
    );
    expect(readdirSync(join(cache, "geo-system/builds"))).toEqual([]);
    expect(readdirSync(join(cache, "geo-system/build-work"))).toEqual([]);
    writeFileSync(join(source, "src/server.txt"), "mended");
    expect((await pack(source)).start.script).toBe("dist/server.js");
  });

  it("shows no more of a line than a person reads", async () => {
    const build = "node -e \"console.error('x'.repeat(1e6)); process.exit(3)\"";
    const error = await pack(repository(files), build).catch((thrown: Error) => thrown);
    expect(String(error)).toMatch(/x{400}…\n/);
    expect(String(error).length).toBeLessThan(3_000);
  });

  it("because the lock file is out of date says so", async () => {
    const manifest = { ...files["package.json"], devDependencies: { ms: "2.1.3" } };
    await expect(pack(repository({ ...files, "package.json": manifest }))).rejects.toThrow(
      /npm ci [\s\S]*in sync[\s\S]*next: is package-lock.json up to date/,
    );
  });
});

describe("the scripts of a developer's install", () => {
  it("are run, without those that put hooks into git", async () => {
    const scripts = {
      ...files["package.json"].scripts,
      postinstall: "node -e \"require('fs').writeFileSync('generated.txt','1')\"",
      prepare: "husky",
    };
    const release = await pack(
      repository({
        ...files,
        "package.json": {
          ...files["package.json"],
          scripts,
          devDependencies: { husky: "file:tools/husky" },
        },
        "package-lock.json": {
          ...emptyLock("backend"),
          packages: {
            "": { name: "backend", devDependencies: { husky: "file:tools/husky" } },
            "node_modules/husky": { resolved: "tools/husky", link: true },
            "tools/husky": { name: "husky", dev: true, bin: { husky: "fail.js" } },
          },
        },
        "tools/husky/package.json": { name: "husky", bin: { husky: "fail.js" } },
        "tools/husky/fail.js": "#!/usr/bin/env node\nprocess.exit(1)",
      }),
    );
    expect([...(await entries(release.archivePath)).keys()]).toContain("./generated.txt");
    expect(release.dependencies.scripts).toEqual([". postinstall"]);
  });
});
