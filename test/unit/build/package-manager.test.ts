import { describe, expect, it } from "vitest";
import { distributionOf } from "../../../infra/build/distribution.ts";
import { readPackageManager } from "../../../infra/build/package-manager.ts";
import { repository } from "./fixture.ts";

const read = (files: Record<string, string>, manifest: object = {}) =>
  readPackageManager(repository({ "package.json": manifest, ...files }));

describe("the package manager", () => {
  it.each([
    [{ "package-lock.json": "" }, {}, { name: "npm", lockFile: "package-lock.json" }],
    [{ "package-lock.json": "", "npm-shrinkwrap.json": "" }, {}, { lockFile: "npm-shrinkwrap.json" }],
    [{ "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" }, {}, { name: "pnpm", version: "10.34.9" }],
    [{ "pnpm-lock.yaml": "lockfileVersion: '6.0'\n" }, {}, { name: "pnpm", version: "8.15.9" }],
    [{ "pnpm-lock.yaml": "lockfileVersion: 5.4\n" }, {}, { name: "pnpm", version: "7.33.7" }],
    [{ "yarn.lock": "# yarn lockfile v1\n" }, {}, { name: "yarn", version: "1.22.22" }],
    [{ "yarn.lock": "__metadata:\n  version: 8\n" }, {}, { name: "yarn", version: "4.18.1" }],
    [{ "yarn.lock": "__metadata:\r\n  version: 6\r\n" }, {}, { name: "yarn", version: "3.8.7" }],
    [
      {
        "yarn.lock": "__metadata:\n  version: 6\n",
        ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-3.6.4.cjs\n",
      },
      {},
      { version: "3.6.4" },
    ],
    [
      { "pnpm-lock.yaml": "", "package-lock.json": "" },
      { packageManager: "pnpm@9.15.0+sha512.0a1b" },
      { name: "pnpm", version: "9.15.0", hash: "sha512.0a1b", lockFile: "pnpm-lock.yaml" },
    ],
    [{ "package-lock.json": "" }, { packageManager: "npm@10.9.2" }, { name: "npm", version: "10.9.2" }],
  ])("is read from %j and %j", async (files, manifest, expected) => {
    expect(await read(files as Record<string, string>, manifest)).toMatchObject(expected);
  });

  it.each([
    [{}, {}, /expected a lock file .* found none; next: npm install --package-lock-only, which writes it/],
    [
      {},
      { packageManager: "pnpm@10.0.0" },
      /the lock file of pnpm.* found none; next: pnpm install --lockfile-only/,
    ],
    [
      { "package-lock.json": "" },
      { packageManager: "pnpm@10.0.0" },
      /the lock file of pnpm, .* found package-lock.json; next: pnpm .*, or correct "packageManager": package-lock.json is written by npm$/,
    ],
    [
      { "bun.lock": "" },
      { packageManager: "npm@10.9.2" },
      /the lock file of npm, .* found bun.lock; next: npm/,
    ],
    [
      { "package-lock.json": "", "yarn.lock": "" },
      {},
      /expected one lock file in .*, found package-lock.json and yarn.lock/,
    ],
    [{ "bun.lock": "" }, {}, /found bun.lock: dependencies by bun are not supported/],
    [{ "deno.lock": "" }, {}, /dependencies by deno are not supported/],
    [{ "package-lock.json": "" }, { packageManager: "bun@1.2.0" }, /"packageManager" in .*found "bun@1.2.0"/],
    [
      { "package-lock.json": "" },
      { packageManager: "pnpm@latest" },
      /with a whole version.*found "pnpm@latest"/,
    ],
    [{ "pnpm-lock.yaml": "lockfileVersion: '12.0'" }, {}, /of version 5, 6 or 9, found 12/],
  ])("is asked for where %j and %j do not say", async (files, manifest, message) => {
    await expect(read(files as Record<string, string>, manifest)).rejects.toThrow(message);
  });
});

describe("its distribution", () => {
  it.each([
    ["npm", undefined, undefined],
    ["npm", "10.9.2", { package: "npm", program: "bin/npm-cli.js" }],
    ["pnpm", "9.15.0", { package: "pnpm", program: "bin/pnpm.cjs", native: false }],
    ["pnpm", "11.28.11", { package: "pnpm", program: "bin/pnpm.mjs" }],
    ["pnpm", "12.21.0", { package: "@pnpm/exe.linux-arm64", program: "pnpm", native: true }],
    ["yarn", "1.22.22", { package: "yarn", integrity: expect.stringMatching(/^sha512-/) }],
    ["yarn", "4.5.0", { package: "@yarnpkg/cli-dist" }],
  ] as const)("of %s %s", (name, version, expected) => {
    const found = distributionOf({ name, lockFile: "", ...(version && { version }) }, "linux-arm64");
    if (expected) expect(found).toMatchObject(expected);
    else expect(found).toBeUndefined();
  });
});
