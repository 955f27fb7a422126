import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { releaseFiles } from "../../../infra/render/release-files.ts";
import { type SourceOptions, sourceFiles } from "../../../infra/render/source-files.ts";
import { checkoutOf, folderOf, git, write } from "../../support/checkout.ts";

const pathsOf = async (folder: string, options?: SourceOptions) => (await sourceFiles(folder, options)).paths;
const namesOf = async (folder: string, options?: SourceOptions) =>
  (await releaseFiles(folder, options)).files.map(({ path }) => path);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the source files of a git checkout", () => {
  it("are what git tracks and what it would track, and nothing that it ignores", async () => {
    const folder = checkoutOf({
      ".gitignore": ".env\n*.log\ndist/\n",
      "server.js": "",
      "名 字.js": "",
      ".env": "TOKEN=1",
      "logs/a.log": "",
      "dist/old.js": "",
      "src/.gitignore": "*.tmp\n!keep.tmp\n",
      "src/a.tmp": "",
      "src/keep.tmp": "",
    });
    write(folder, { "new.js": "", "node_modules/a/index.js": "" });
    expect(await sourceFiles(folder)).toEqual({
      paths: [".gitignore", "new.js", "server.js", "src/.gitignore", "src/keep.tmp", "名 字.js"],
      decidedBy: "git",
      unmatched: [],
    });
  });

  it("are as the work tree has them: deleted files are gone, a renamed one has its new name", async () => {
    const folder = checkoutOf({ "gone.js": "", "Old.js": "", "kept.js": "" });
    rmSync(join(folder, "gone.js"));
    renameSync(join(folder, "Old.js"), join(folder, "old.js"));
    expect(await pathsOf(folder)).toEqual(["kept.js", "old.js"]);
  });

  it("hold a tracked file that a pattern ignores, for git tracks it", async () => {
    const folder = checkoutOf({ ".gitignore": "dist/", "dist/a.js": "" });
    git(folder, "add", "--force", "dist/a.js");
    write(folder, { "dist/b.js": "" });
    expect(await pathsOf(folder)).toEqual([".gitignore", "dist/a.js"]);
  });

  it("of a subfolder start from there, under the rules of the whole checkout", async () => {
    const folder = checkoutOf({
      ".gitignore": "*.log\n",
      "后端 server/package.json": "",
      "后端 server/a.log": "",
      "web/index.html": "",
    });
    expect(await pathsOf(join(folder, "后端 server"))).toEqual(["package.json"]);
  });

  it("go by the folder, also in a hook of another repository", async () => {
    const folder = checkoutOf({ "a.js": "" });
    vi.stubEnv("GIT_DIR", join(checkoutOf({ "b.js": "" }), ".git"));
    vi.stubEnv("GIT_INDEX_FILE", "elsewhere");
    expect(await pathsOf(folder)).toEqual(["a.js"]);
  });

  it("hold those of a submodule, by its own rules", async () => {
    const inner = checkoutOf({ "lib.js": "", ".gitignore": "*.log" });
    const folder = checkoutOf({ "a.js": "" });
    git(folder, "submodule", "add", inner, "模块 lib");
    write(folder, { "模块 lib/new.js": "", "模块 lib/x.log": "" });
    const own = [".gitmodules", "a.js"];
    expect(await pathsOf(folder)).toEqual([
      ...own,
      "模块 lib/.gitignore",
      "模块 lib/lib.js",
      "模块 lib/new.js",
    ]);
    git(folder, "commit", "--message", "submodule");
    rmSync(join(folder, "模块 lib"), { recursive: true });
    mkdirSync(join(folder, "模块 lib"));
    await expect(pathsOf(folder)).rejects.toThrow(
      'backendSource: "模块 lib": this submodule is not checked out; next: git submodule update --init',
    );
    for (const pattern of ["模块 lib\n", "模块 lib/\n"]) {
      write(folder, { ".deployignore": pattern });
      expect(await pathsOf(folder)).toEqual(own);
      expect(await pathsOf(folder, { deployIgnored: true })).toEqual(own);
    }
  });

  it("hold those of an untracked checkout inside", async () => {
    const folder = checkoutOf({ "a.js": "" });
    write(folder, { "inner/b.js": "" });
    git(join(folder, "inner"), "init");
    expect(await pathsOf(folder)).toEqual(["a.js", "inner/b.js"]);
  });

  it("are refused where git refuses", async () => {
    const folder = checkoutOf({ "a.js": "" });
    write(folder, { ".git/index": "broken" });
    await expect(pathsOf(folder)).rejects.toThrow("backendSource: git cannot list the files of");
  });

  it("make the same release whatever an ignored file says", async () => {
    const folder = checkoutOf({ ".gitignore": ".env", "a.js": "", ".env": "1" });
    const before = await releaseFiles(folder);
    write(folder, { ".env": "2" });
    expect(await releaseFiles(folder)).toEqual(before);
    expect(before.notes).toEqual([]);
  });
});

describe("the source files of a folder of which git knows nothing", () => {
  const files = {
    ".gitignore": ".env\n/dist\n",
    ".env": "",
    "dist/a.js": "",
    "src/dist/b.js": "",
    "a.js": "",
  };
  const expected = [".gitignore", "a.js", "src/dist/b.js"];

  it("are all but those that its .gitignore files name, and that is said", async () => {
    const folder = folderOf(files);
    expect(await sourceFiles(folder)).toMatchObject({ paths: expected, decidedBy: ".gitignore" });
    expect((await releaseFiles(folder)).notes).toEqual([expect.stringContaining("is no git checkout")]);
  });

  it("are the same where git is not installed", async () => {
    const folder = checkoutOf(files);
    vi.stubEnv("PATH", mkdtempSync(join(tmpdir(), "no-git-")));
    expect(await sourceFiles(folder)).toMatchObject({ paths: expected, decidedBy: ".gitignore" });
  });

  it("are found below a checkout that ignores the folder, as it does node_modules", async () => {
    const folder = checkoutOf({ ".gitignore": "node_modules" });
    write(folder, { "node_modules/geo/example/a.js": "", "node_modules/geo/example/node_modules/b.js": "" });
    expect(await pathsOf(join(folder, "node_modules/geo/example"))).toEqual(["a.js"]);
  });
});

describe(".deployignore", () => {
  it.each([["checkout", checkoutOf] as const, ["plain folder", folderOf] as const])(
    "keeps files of a %s at home, in any folder",
    async (_, make) => {
      const folder = make({
        ".deployignore": "test/\n*.md\n!keep.md\n",
        "a.js": "",
        "README.md": "",
        "keep.md": "",
        "test/a.js": "",
        "test/keep.md": "",
        "server/.deployignore": "!README.md\n/b.js\n",
        "server/README.md": "",
        "server/b.js": "",
        "server/lib/b.js": "",
      });
      expect(await pathsOf(folder)).toEqual(["a.js", "keep.md", "server/README.md", "server/lib/b.js"]);
    },
  );
});

describe("backendInclude", () => {
  const folder = () =>
    checkoutOf({
      ".gitignore": ".env*\ndata/\n",
      "a.js": "",
      ".env.production": "MODE=1",
      "data/cities.json": "{}",
      "data/node_modules/x.js": "",
      "server/data/own.json": "",
    });

  it("lets ignored files travel, secrets too", async () => {
    const include = [".env.production", "/data/", "!own.json"];
    expect(await namesOf(folder(), { include })).toEqual([
      ...[".env.production", ".gitignore", "a.js", "data/cities.json"],
    ]);
  });

  it("counts from a folder below, where asked to", async () => {
    expect(await pathsOf(folder(), { include: ["/data"], includeFrom: "server" })).toEqual([
      ...[".gitignore", "a.js", "server/data/own.json"],
    ]);
  });

  it("refuses a pattern that names nothing", async () => {
    await expect(namesOf(folder(), { include: ["data/", "certs/*.pem"] })).rejects.toThrow(
      /^backendInclude: expected patterns that name files in .*, found none for "certs\/\*\.pem"$/,
    );
  });
});

it("a name with a line end is refused, and a link that leads out", async () => {
  await expect(pathsOf(checkoutOf({ "a\nb.js": "" }))).rejects.toThrow("expected a name without line ends");
  const folder = checkoutOf({ "src/a.js": "" });
  symlinkSync("a.js", join(folder, "src/link.js"));
  symlinkSync("src", join(folder, "folder-link"));
  expect(await namesOf(folder)).toEqual(["folder-link", "src/a.js", "src/link.js"]);
  symlinkSync("../../x", join(folder, "src/out"));
  await expect(namesOf(folder)).rejects.toThrow("expected a link inside the folder; it leads to ../../x");
});
