import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ownFolder } from "./first/places.mjs";

/** The folder for unfinished files: on the same disk as their destination, so that one move puts them there. */
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

/** Moves a finished folder into place, replacing another one if there is one. Readers see all of it or nothing. */
export async function replaceFolder(finished: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  if (existsSync(place)) await rename(place, join(await draftFolder(), "old"));
  await rename(finished, place);
}
