import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { packRelease } from "../../../infra/render/release.ts";
import { emptyCache, emptyLock, entries, repository } from "./fixture.ts";

const lines: string[] = [];
const pack = (backendSource: string) => packRelease({ backendSource }, (line) => lines.push(line));

// Every build starts npm twice.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  emptyCache();
  lines.length = 0;
  return () => vi.unstubAllEnvs();
});

describe("a member of a workspace", () => {
  const workspace = {
    "package.json": {
      name: "root",
      private: true,
      workspaces: ["apps/*", "packages/*"],
      scripts: { build: "exit 9", postinstall: "exit 9" },
    },
    "package-lock.json": {
      ...emptyLock("root"),
      packages: {
        "": { name: "root", workspaces: ["apps/*", "packages/*"] },
        "apps/server": { version: "1.0.0", dependencies: { lib: "*" }, devDependencies: { tool: "*" } },
        "apps/web": { version: "1.0.0" },
        "packages/lib": { version: "1.0.0" },
        "packages/tool": { version: "1.0.0", dev: true },
        "node_modules/server": { resolved: "apps/server", link: true },
        "node_modules/web": { resolved: "apps/web", link: true },
        "node_modules/lib": { resolved: "packages/lib", link: true },
        "node_modules/tool": { resolved: "packages/tool", link: true },
      },
    },
    "tsconfig.base.json": "{}",
    "README.md": "",
    "apps/server/package.json": {
      ...{ name: "server", version: "1.0.0", dependencies: { lib: "*" }, devDependencies: { tool: "*" } },
      scripts: { build: "node build.cjs", start: "node dist/main.js" },
    },
    "apps/server/build.cjs": `const fs = require("fs"); fs.mkdirSync("dist"); fs.writeFileSync("dist/main.js", "// " + require("lib") + require("tool"));`,
    "apps/web/package.json": { name: "web", version: "1.0.0" },
    "apps/web/index.html": "",
    "packages/lib/package.json": {
      name: "lib",
      version: "1.0.0",
      main: "out.js",
      scripts: { build: "cp in.js out.js" },
    },
    "packages/lib/in.js": "module.exports = 'lib'",
    "packages/tool/package.json": { name: "tool", version: "1.0.0", main: "tool.js" },
    "packages/tool/tool.js": "module.exports = 'tool'",
  };

  it("travels with what it needs of it, built in the order of its dependencies", async () => {
    const release = await pack(join(repository(workspace), "apps/server"));
    const found = await entries(release.archivePath);
    expect([...found.keys()].slice(1)).toEqual([
      ...[
        "./apps/server/build.cjs",
        "./apps/server/dist/main.js",
        "./apps/server/package.json",
        "./package-lock.json",
      ],
      ...["./package.json", "./packages/lib/in.js", "./packages/lib/out.js", "./packages/lib/package.json"],
    ]);
    expect(found.get("./apps/server/dist/main.js")).toBe("// libtool");
    expect(release).toMatchObject({
      start: { script: "dist/main.js" },
      dependencies: { member: "apps/server", lockFolder: "", scripts: [] },
    });
    expect(release.dependencies.manifests).toEqual([
      "package.json",
      "packages/lib/package.json",
      "apps/server/package.json",
    ]);
  });

  it("says of each command which member it runs for", async () => {
    const source = repository(workspace);
    const server = join(source, "apps/server");
    await pack(server);
    const began = (line: string) => !line.includes(": done in ");
    expect(lines.filter(began)).toEqual([
      expect.stringMatching(/^build: npm ci /),
      "build: npm run build in packages/lib",
      "build: npm run build in apps/server",
    ]);
    expect(lines.at(-1)).toMatch(/^build: npm run build in apps\/server: done in \d+\.\d s$/);
    rmSync(join(source, "packages/lib/in.js"));
    await expect(pack(server)).rejects.toThrow("npm run build in packages/lib failed with exit code 1");
  });

  it("is another release where the tools of its build change, and the same where another member does", async () => {
    const member = (changes: object = {}) => join(repository({ ...workspace, ...changes }), "apps/server");
    const first = await pack(member());
    expect((await pack(member({ "apps/web/index.html": "other", "README.md": "other" }))).hash).toBe(
      first.hash,
    );
    const other = await pack(member({ "packages/tool/tool.js": "module.exports = 'newer'" }));
    expect(other.hash).not.toBe(first.hash);
    expect(other.dependencies.key).toBe(first.dependencies.key);
  });
});
