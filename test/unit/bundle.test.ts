import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundled } from "../../infra/bundle.mjs";
import { packageRoot } from "../../infra/package-root.ts";

let folder: string;
const files: string[] = [];

beforeAll(async () => {
  await mkdir(join(packageRoot, ".build"), { recursive: true });
  folder = await mkdtemp(join(packageRoot, ".build/story-"));
});
afterAll(() => Promise.all([folder, ...files].map((path) => rm(path, { recursive: true, force: true }))));

/** What the program says that is made of this text. */
async function said(text: string): Promise<{ file: string; word: unknown }> {
  await writeFile(join(folder, "main.ts"), `export const word: string = ${JSON.stringify(text)};`);
  const source = folder.slice(packageRoot.length + 1);
  const file = await bundled({ name: "story", entry: `${source}/main.ts`, folders: [source] });
  files.push(file);
  return { file, word: ((await import(file)) as { word: unknown }).word };
}

it("a program is bundled again when a source has changed, and not else: never stale", async () => {
  const first = await said("one");
  expect(first.word).toBe("one");
  expect(await said("one")).toEqual(first);
  const second = await said("two");
  expect(second.word).toBe("two");
  expect(second.file).not.toBe(first.file);
});
