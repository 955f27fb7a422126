import { beforeEach, expect, it, vi } from "vitest";
import { packRelease } from "../../../infra/render/release.ts";
import { emptyCache, emptyLock, repository } from "./fixture.ts";

const files = {
  "package.json": { name: "backend", scripts: { start: "node server.js" } },
  "package-lock.json": emptyLock("backend"),
  "server.js": "one",
};

beforeEach(() => {
  emptyCache();
  return () => vi.unstubAllEnvs();
});

it("a key of dependencies is another one only where what is installed may differ", async () => {
  const keyOf = async (changes: object) =>
    (await packRelease({ backendSource: repository({ ...files, ...changes }) })).dependencies.key;
  const first = await keyOf({});
  expect(
    await keyOf({
      "server.js": "two",
      "package.json": { ...files["package.json"], description: "x" },
    }),
  ).toBe(first);
  for (const changes of [
    { ".npmrc": "legacy-peer-deps=true" },
    { "package.json": { ...files["package.json"], overrides: { ms: "2.1.3" } } },
    { "package.json": { ...files["package.json"], packageManager: "npm@11.19.1" } },
    { "package-lock.json": { ...emptyLock("backend"), requires: false } },
    { "patches/ms.patch": "" },
  ])
    expect(await keyOf(changes), JSON.stringify(changes)).not.toBe(first);
});
