import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-"));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (name: string) => JSON.stringify(join(packageRoot, "infra/start", name));
const kept = () => join(folder, "kept/one.compiled");

/** What a program says that keeps what was compiled of the modules beside it. */
async function said(): Promise<string> {
  const program = `
    const { keepCompiled } = require(${start("compiled.cjs")});
    keepCompiled({
      file: ${JSON.stringify(kept())},
      accepts: (path) => path.startsWith(${JSON.stringify(folder)}),
      replaces: /^o.*\\.compiled$/,
    });
    require(${JSON.stringify(join(folder, "one.js"))}).then(console.log);
  `;
  // Coverage, where a whole run measures it, keeps nothing.
  const { stdout } = await execa(process.execPath, ["--eval", program], { env: { NODE_V8_COVERAGE: "" } });
  return stdout;
}

/** It uses all that a module is given. */
const one = (
  word: string,
) => `const column = new Error().stack.split("\\n")[1].replace(/.*:(\\d+:\\d+).*/, "$1");
  const path = require("node:path");
  const own = require.resolve("./one.js") === module.filename && this === exports;
  module.exports = require("./three.js").two().then(({ two }) =>
    [${JSON.stringify(word)}, two, path.basename(__filename), own, column].join(" "));
`;

beforeEach(async () => {
  await writeFile(join(folder, "one.js"), one("first"));
  await writeFile(join(folder, "two.mjs"), "export const two = 2;");
  await writeFile(join(folder, "three.js"), `exports.two = () => import("./two.mjs");`);
});

it("a module says the same when it was compiled by an earlier run, and is not compiled again", async () => {
  const before = await said();
  expect(before).toMatch(/^first 2 one\.js true 1:16$/);
  const { mtimeMs } = await stat(kept());
  expect(await said()).toBe(before);
  expect((await stat(kept())).mtimeMs).toBe(mtimeMs);
});

it("a source that changed is compiled again, also where its length is the same", async () => {
  await said();
  await writeFile(join(folder, "one.js"), one("other"));
  expect(await said()).toMatch(/^other 2 /);
});

it("a file that was cut off, or that another Node wrote, is worth nothing and harms nothing", async () => {
  await said();
  const whole = await readFile(kept());
  for (const broken of [whole.subarray(0, whole.length - 9), whole.subarray(0, 9), Buffer.from("")]) {
    await writeFile(kept(), broken);
    expect(await said()).toMatch(/^first 2 /);
    expect((await readFile(kept())).length).toBeGreaterThan(whole.length / 2);
  }
  await writeFile(kept(), whole.toString("latin1").replace(process.version, "v1.2.3"), "latin1");
  expect(await said()).toMatch(/^first 2 /);
  expect((await readFile(kept())).includes(process.version)).toBe(true);
});

it("a new file takes the place of those that it replaces, and of no other", async () => {
  await mkdir(join(folder, "kept"));
  for (const name of ["old.compiled", "other.txt", "program.compiled"])
    await writeFile(join(folder, "kept", name), "");
  await said();
  expect((await readdir(join(folder, "kept"))).sort()).toEqual([
    "one.compiled",
    "other.txt",
    "program.compiled",
  ]);
});

it("what cannot be kept is compiled in every run", async () => {
  await writeFile(join(folder, "kept"), "a file, where a folder is needed");
  expect(await said()).toMatch(/^first 2 /);
});

it("a library is loaded at its first use, and then once", async () => {
  await writeFile(
    join(folder, "large.js"),
    `console.log("loaded"); exports.size = 7; exports.Twice = class {};`,
  );
  const program = `
    const { loadLater } = require(${start("later.cjs")});
    loadLater(["/large.js"]);
    const large = require(${JSON.stringify(join(folder, "large.js"))});
    console.log("asked for");
    console.log(large.size, "size" in large, large.other, new large.Twice() instanceof large.Twice);
  `;
  const { stdout } = await execa(process.execPath, ["--eval", program]);
  expect(stdout.split("\n")).toEqual(["asked for", "loaded", "7 true undefined true"]);
});

it("the SDK is started by a command of ours without a word of it to what the program starts", async () => {
  const option = `--require ${start("early.cjs")}`;
  const { stdout } = await execa(process.execPath, ["--print", "JSON.stringify(process.env.NODE_OPTIONS)"], {
    env: { NODE_OPTIONS: `--no-deprecation ${option}` },
  });
  expect(JSON.parse(stdout)).toBe("--no-deprecation");
});
