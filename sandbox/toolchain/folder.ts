import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ownFolder } from "./first/places.mjs";

/** Where what is not finished lies: on the same disk as its place, so that one move puts it there. */
const drafts = () => join(ownFolder(), "drafts");

/** An empty folder for something unfinished. */
export async function draftFolder(): Promise<string> {
  await mkdir(drafts(), { recursive: true });
  return mkdtemp(join(drafts(), "draft-"));
}

/** Removes what this run, or one that was interrupted, left unfinished. Only who holds the lock may. */
export async function removeDrafts(): Promise<void> {
  await rm(drafts(), { recursive: true, force: true });
}

/** Puts a finished folder in the place of another, or of none. What finds the place filled finds it whole. */
export async function replaceFolder(finished: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  if (existsSync(place)) await rename(place, join(await draftFolder(), "old"));
  await rename(finished, place);
}
