import { describe, expect, it } from "vitest";
import { checkLockFile } from "../../../infra/build/lock-file.ts";
import { readPackageManager } from "../../../infra/build/package-manager.ts";
import { readWorkspace } from "../../../infra/build/workspace.ts";
import { emptyLock, repository } from "./fixture.ts";

async function check(lockFile: string, lock: string | object, manifest: object = {}) {
  const folder = repository({ "package.json": { name: "b", ...manifest }, [lockFile]: lock });
  return checkLockFile(await readWorkspace(folder), await readPackageManager(folder));
}

describe("the lock file of npm", () => {
  const lock = (packages: object) => ({
    ...emptyLock("b"),
    packages: { "": {}, ...packages },
  });
  const dependencies = { ms: "2.1.3", "@x/y": "file:../y" };

  it("is taken where it has every dependency, in whatever folder", async () => {
    await check(
      "package-lock.json",
      lock({ "node_modules/ms": {}, "server/node_modules/@x/y": {} }),
      { dependencies, devDependencies: { left: "1.0.0" } }, // A build would say so; a host does not install it.
    );
    await check("package-lock.json", { lockfileVersion: 1, dependencies: { ms: {} } }, { dependencies });
  });

  it("is refused where it was cut off, is of something else, or lacks a dependency", async () => {
    const whole = JSON.stringify(lock({ "node_modules/ms": {} }));
    await expect(check("package-lock.json", whole.slice(0, 40))).rejects.toThrow(
      /^backendSource: expected JSON in .*package-lock\.json: .*; next: npm install --package-lock-only, then commit it$/,
    );
    await expect(check("npm-shrinkwrap.json", "[]")).rejects.toThrow(
      /expected a lock file of npm in .*npm-shrinkwrap\.json, found JSON without "lockfileVersion"/,
    );
    await expect(check("package-lock.json", whole, { dependencies })).rejects.toThrow(
      /package-lock\.json is not up to date: it lacks @x\/y; next: npm install --package-lock-only/,
    );
  });
});

it.each([
  ["package-lock.json", '{ "lockfileVersion": 3,\n<<<<<<< HEAD\n', /in line 2; next: npm install/],
  ["pnpm-lock.yaml", "lockfileVersion: '9.0'\n<<<<<<< HEAD\n", /in line 2; next: pnpm install/],
  ["yarn.lock", "# yarn lockfile v1\n\n<<<<<<< HEAD\n", /in line 3; next: yarn install/],
])("%s with a conflict of git is refused, with its line", async (lockFile, lock, message) => {
  await expect(check(lockFile, lock)).rejects.toThrow(message);
});

it.each([
  ["pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: {\n"],
  ["yarn.lock", '__metadata:\n  version: 8\n"ms@npm:2.1.3":\n  version: \'2'],
])("%s that was cut off is refused", async (lockFile, lock) => {
  await expect(check(lockFile, lock)).rejects.toThrow(/expected YAML in .*: .*; next: (pnpm|yarn) install/);
});

it("pnpm's of several documents is taken", async () => {
  await check("pnpm-lock.yaml", "lockfileVersion: '9.0'\n---\nlockfileVersion: '9.0'\n");
});

describe("the lock file of Yarn 1", () => {
  const lock =
    '# yarn lockfile v1\n\n\n"@x/y@^1.0.0", "@x/y@^1.2.0":\n  version "1.2.3"\n\nms@2.1.3:\n  version "2.1.3"\n';

  it("is refused where it lacks what package.json names", async () => {
    await check("yarn.lock", lock, {
      dependencies: { "@x/y": "^1.2.0", ms: "2.1.3", local: "file:./x.tgz", repo: "a/b" },
    });
    await check("yarn.lock", lock, { dependencies: { ms: "^9.0.0" }, resolutions: { ms: "2.1.3" } });
    await expect(check("yarn.lock", lock, { dependencies: { ms: "^2.0.0" } })).rejects.toThrow(
      /yarn.lock is not up to date: it lacks ms@\^2.0.0; next: yarn install/,
    );
  });
});
