import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, it } from "vitest";
import { packageRoot } from "../../infra/package-root.ts";

/*
 * Where a function is asked whether it succeeds, bash goes on after a failure in it: what was cut short must not take the
 * place of what is whole.
 */
const scripts = join(packageRoot, "templates/scripts");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cut 中文 "));
});

/** @param asked the function and its arguments */
async function answer(script: string, before: string, asked: string): Promise<string> {
  const run = `set -eu; say() { printf '%s\\n' "$*"; }; ${before}; . "$2"; if ${asked}; then echo yes; else echo no; fi`;
  const { stdout } = await execa("bash", ["-c", run, "bash", folder, join(scripts, script)]);
  return stdout;
}

it("the record of the release in use stays where the disk is full", async () => {
  const [state, record] = [join(folder, "backend"), "release: one\nset: a\nports: 3000\n"];
  mkdirSync(state);
  writeFileSync(join(state, "current"), record);
  const write = () =>
    answer(
      "backend-application.sh",
      "BACKEND_CURRENT=$1/backend/current",
      "current_write set b ports 3001,3002",
    );
  symlinkSync("/dev/full", join(state, "current.new"));
  expect(await write()).toBe("no");
  expect(readFileSync(join(state, "current"), "utf8")).toBe(record);

  rmSync(join(state, "current.new"));
  expect(await write()).toBe("yes");
  expect(readFileSync(join(state, "current"), "utf8")).toBe("release: one\nset: b\nports: 3001,3002\n");
});

it("Node's headers are there whole or not at all", async () => {
  const others =
    "STATE=$1 APP_ROOT=$1 NODE=/bin/false NODE_VERSION=v22.0.0; download_prepare() { :; }; node_architecture() { say x64; }";
  const fetched = (by: string) =>
    answer("backend-install.sh", `${others}; registry_fetch() { ${by}; }`, "backend_fetch_headers");
  const headers = () => readdirSync(join(folder, "tools/node-headers"));
  expect(await fetched('echo "half of it" > "$3"')).toBe("no");
  expect(headers()).toEqual(["v22.0.0.new"]);

  mkdirSync(join(folder, "package/include/node"), { recursive: true });
  expect(await fetched('tar -cf "$3" -C "$STATE" package')).toBe("yes");
  expect(headers()).toEqual(["v22.0.0"]);
});
