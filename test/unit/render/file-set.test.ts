import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { list } from "tar";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fileSetPayload, packFileSet } from "../../../infra/render/file-set.ts";
import type { FilesRoute } from "../../../infra/settings/routes.ts";

let folder: string;
const page = { "index.html": "<script src=/assets/index-D1wrgTda.js>", "assets/index-D1wrgTda.js": "one" };

function put(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const route = (more: Partial<FilesRoute> = {}): FilesRoute => ({
  ...{ path: "/", kind: "files", name: "root", files: folder },
  ...more,
});
const lines: string[] = [];
const pack = (more?: Partial<FilesRoute>) =>
  packFileSet(route(more), undefined, (line) => void lines.push(line));
const refused = (more?: Partial<FilesRoute>) =>
  pack(more).then(
    () => "packed",
    (error: Error) => error.message,
  );

async function times(archive: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  await list({
    file: archive,
    onReadEntry: ({ path, mtime }) => (found[path] = mtime?.getTime() ?? 0),
  });
  return found;
}

beforeEach(() => {
  vi.stubEnv("XDG_CACHE_HOME", mkdtempSync(join(tmpdir(), "cache-")));
  folder = mkdtempSync(join(tmpdir(), "网页 dist-"));
});

describe("a set of files", () => {
  it("is all that is in the folder, whatever git ignores, and tells assets apart", async () => {
    put({ ...page, ".gitignore": "*", ".well-known/security.txt": "Contact: x", ".DS_Store": "x" });
    const { files } = await pack();
    expect(files.map(({ path, asset }) => [path, asset])).toEqual([
      [".gitignore", false],
      [".well-known/security.txt", false],
      ["assets/index-D1wrgTda.js", true],
      ["index.html", false],
    ]);
    const chosen = await pack({ immutable: ["*.txt"] });
    expect(chosen.files.filter(({ asset }) => asset).map(({ path }) => path)).toEqual([
      ".well-known/security.txt",
    ]);
  });

  it("is named by its content and its path alone", async () => {
    put(page);
    const first = await pack();
    utimesSync(join(folder, "index.html"), 1, 1);
    expect((await pack()).hash).toBe(first.hash);
    expect((await pack({ path: "/app/" })).hash).not.toBe(first.hash);
    put({ "index.html": "<script src=/assets/index-E1wrgTda.js>" });
    expect((await pack()).hash).not.toBe(first.hash);
  });

  it("gives a file that changes and keeps its size another time, from which nginx makes its ETag", async () => {
    put({ "a.html": "one", "b.html": "two", "c.html": "one" });
    const found = await times((await pack()).archivePath);
    expect(found["./a.html"]).toBe(found["./c.html"]);
    expect(found["./a.html"]).not.toBe(found["./b.html"]);
    for (const time of Object.values(found)) expect(time).toBeLessThan(Date.UTC(2004, 1));
  });

  it("travels as a payload that names each file", async () => {
    put(page);
    const set = await pack();
    expect(fileSetPayload(set, { keepReleases: 5 }).split("\n")).toEqual([
      "path: /",
      `release: ${set.hash}`,
      `archive: .geo-system/root-${set.hash}.files`,
      "keep: 5",
      expect.stringMatching(/^file: [0-9a-f]{16} index\.html$/),
      "asset: 7692c3ad3540bb80 assets/index-D1wrgTda.js",
      "==> end <==",
      "",
    ]);
  });

  it("is refused where it cannot be served", async () => {
    expect(await refused()).toContain("routes./.files: expected files in");
    put(page);
    expect(await refused({ fallback: "app.html" })).toContain("routes./.fallback: expected a file of");
    put({ "config/.env": "A=1" });
    expect(await refused()).toMatch(
      /expected nothing secret among the files[\s\S]* config\/\.env \(environment\)/,
    );
    rmSync(join(folder, "config"), { recursive: true });
    symlinkSync("index.html", join(folder, "home.html"));
    expect(await refused()).toContain("expected files, found a link, home.html");
    rmSync(folder, { recursive: true });
    expect(await refused()).toContain("expected a folder, found none at");
  });
});

describe("a set that is built", () => {
  const web = (build: string) => {
    const project = folder;
    put({
      "package.json": JSON.stringify({ name: "web", private: true, scripts: { build } }),
      "package-lock.json": JSON.stringify({
        name: "web",
        lockfileVersion: 3,
        packages: { "": { name: "web" } },
      }),
      ".gitignore": "dist",
      "src.txt": "one",
    });
    return { files: join(project, "dist"), build: "npm run build" };
  };

  it("comes from a clean copy, and is another one when a source changes", async () => {
    const route = web("mkdir dist && cp src.txt dist/index.html");
    const first = await pack(route);
    expect(first.files.map(({ path }) => path)).toEqual(["index.html"]);
    expect(lines).toContain("routes./.build: npm run build");
    expect(lines.join("\n")).not.toMatch(/^build: /m); // the backend's
    put({ "src.txt": "two" });
    expect((await pack(route)).hash).not.toBe(first.hash);
  }, 60_000);

  it("says which command failed, and by which key", async () => {
    const said = await refused(web("exit 3"));
    expect(said).toContain("npm run build");
    expect(said).toContain("routes./.build");
    expect(said).not.toContain("backend");
  }, 60_000);

  it("needs a package.json", async () => {
    expect(await refused({ files: "/nowhere/dist", build: "make" })).toContain(
      "routes./.build: expected a package.json above /nowhere/dist, found none",
    );
  });
});
