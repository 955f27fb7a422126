import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { list } from "tar";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { packRelease } from "../../../infra/render/release.ts";

const files: Record<string, string> = {
  "package.json": JSON.stringify({ scripts: { start: "node src/server.js" }, engines: { node: ">=20" } }),
  "package-lock.json": '{ "lockfileVersion": 3 }',
  "src/server.js": "1",
};
let count = 0;

function folder(more: Record<string, string> = {}): string {
  const path = join(mkdtempSync(join(tmpdir(), "发布 release-")), `${count++}`);
  for (const [name, text] of Object.entries({ ...files, ...more })) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}
const pack = (backendSource: string, backendInclude: string[] = []) =>
  packRelease({ backendSource, backendInclude });
const manifestOf = (more: object) => ({ "package.json": JSON.stringify(more) });
const paths = async (path: string) => (await pack(path)).manifest.map((file) => file.path);

async function entries(archive: string) {
  const found: Record<string, { mode?: number; mtime?: number; uid?: number; type: string }> = {};
  await list({
    file: archive,
    onReadEntry: ({ path, mode, mtime, uid, type }) => {
      found[path] = {
        type,
        ...(mode !== undefined && { mode }),
        ...(mtime && { mtime: mtime.getTime() }),
        ...(uid && { uid }),
      };
    },
  });
  return found;
}

beforeEach(() => {
  vi.stubEnv("XDG_CACHE_HOME", mkdtempSync(join(tmpdir(), "缓存 cache-")));
  return () => vi.unstubAllEnvs();
});

describe("a release", () => {
  it("is the same wherever, whenever and by whom it is packed", async () => {
    const [one, two] = [folder(), folder()];
    chmodSync(join(two, "src/server.js"), 0o600);
    utimesSync(join(two, "package.json"), 1, 1);
    const first = await pack(one);
    const bytes = readFileSync(first.archivePath);
    vi.stubEnv("XDG_CACHE_HOME", mkdtempSync(join(tmpdir(), "cache-")));
    const second = await pack(two);
    expect(second.hash).toBe(first.hash);
    expect(second.archivePath).not.toBe(first.archivePath);
    expect(readFileSync(second.archivePath)).toEqual(bytes);
  });

  it("has a name of its own for every content, name and executable bit", async () => {
    const other = folder();
    chmodSync(join(other, "src/server.js"), 0o755);
    const releases = await Promise.all(
      [folder(), folder({ "src/server.js": "2" }), folder({ "src/more.js": "" }), other].map((path) =>
        pack(path),
      ),
    );
    expect(new Set(releases.map(({ hash }) => hash)).size).toBe(4);
    expect(releases[0]?.hash).toMatch(/^[0-9a-f]{12}$/);
  });

  it("is packed once by two hosts of one program at the same time", async () => {
    const path = folder();
    const [one, two] = await Promise.all([pack(path), pack(path)]);
    expect(one).toEqual(two);
    expect(await entries(one.archivePath)).toHaveProperty("./src/server.js");
  });

  it("travels with nobody's owner, time and mode", async () => {
    const path = folder({ "run.sh": "", "@odd 名": "" });
    chmodSync(join(path, "run.sh"), 0o777);
    symlinkSync("server.js", join(path, "src/link.js"));
    const found = await entries((await pack(path)).archivePath);
    expect(found).toMatchObject({
      "./run.sh": { mode: 0o755 },
      "./@odd 名": { mode: 0o644, type: "File" },
      "./src/server.js": { mode: 0o644 },
      "./src/link.js": { type: "SymbolicLink" },
    });
    for (const entry of Object.values(found)) expect(entry).not.toHaveProperty("uid");
  });

  it("holds two names of one file twice", async () => {
    const path = folder();
    linkSync(join(path, "src/server.js"), join(path, "src/twin.js"));
    const found = await entries((await pack(path)).archivePath);
    expect(found["./src/twin.js"]?.type).toBe("File");
  });

  it("leaves out node_modules, .git and what .deployignore names", async () => {
    const path = folder({
      "node_modules/a/index.js": "",
      "src/node_modules/b.js": "",
      ".git/config": "",
      ".deployignore": "test/\n*.md\n!keep.md\n",
      "test/a.js": "",
      "README.md": "",
      "keep.md": "",
      ".npmrc": "",
    });
    expect(await paths(path)).toEqual([
      ".npmrc",
      "keep.md",
      "package-lock.json",
      "package.json",
      "src/server.js",
    ]);
  });

  it("refuses a link that leads out of the folder", async () => {
    for (const target of ["/etc/passwd", "../../x"]) {
      const path = folder();
      symlinkSync(target, join(path, "src/link"));
      await expect(pack(path)).rejects.toThrow(
        `backendSource: "src/link": expected a link inside the folder; it leads to ${target}`,
      );
    }
  });
});

describe("package.json", () => {
  it.each([[{ main: "src/server.js", engines: { node: ">=22" } }, { engines: ">=22" }]])(
    "says what it needs: %j",
    async (manifest, expected) => {
      expect(await pack(folder(manifestOf(manifest)))).toMatchObject(expected);
    },
  );

  it("may begin with a byte order mark, as npm takes it", async () => {
    const text = `\uFEFF${JSON.stringify({ scripts: { start: "node src/server.js" }, engines: { node: ">=22" } })}`;
    const marked = await pack(folder({ "package.json": text }));
    expect(marked.engines).toBe(">=22");
    expect((await pack(folder({ "package.json": text.slice(1) }))).dependencies.key).toBe(
      marked.dependencies.key,
    );
  });

  it("must be JSON, with a lock file beside it", async () => {
    await expect(pack(folder({ "package.json": "{" }))).rejects.toThrow("expected JSON in");
    await expect(pack(folder({ "package.json": "[1]" }))).rejects.toThrow(
      /expected a JSON object in .*package\.json, found \[1\]; next: make it an object, such as npm init writes/,
    );
    await expect(pack(folder({ ".deployignore": "package-lock.json" }))).rejects.toThrow(
      /expected package-lock.json among the files that travel; it is ignored/,
    );
  });
});
