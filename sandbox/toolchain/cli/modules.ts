import { mkdir, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { SetupFailure } from "../failure.ts";
import { ownFolder } from "../first/places.mjs";
import { progress, type Task } from "../progress.ts";
import { build, cli, languageHost, removeCaches } from "./build.ts";
import type { Pair } from "./check.ts";
import { findGo } from "./go.ts";

const gigabyte = 1e9;
/** Gigabytes of modules and objects at the height of the build. */
const needed = 6;

/** Builds both programs from their Go modules. Throws with the reason where it cannot. */
export async function buildFromModules(place: Pair, task: Task): Promise<string> {
  const go = await findGo();
  await checkSpace();
  await mkdir(dirname(place.cli), { recursive: true });
  using line = progress(task);
  // The CLI comes last: who finds it may take it that all is there.
  if (!(await languageHost.runs(place.languageHost))) await build(go, languageHost, place.languageHost, line);
  await build(go, cli, place.cli, line);
  line.say("removing the caches of the build");
  await removeCaches();
  return `built from their Go modules in ${line.elapsed()}`;
}

async function checkSpace(): Promise<void> {
  await mkdir(ownFolder(), { recursive: true });
  const { bavail, bsize } = await statfs(ownFolder());
  const free = (bavail * bsize) / gigabyte;
  if (free >= needed) return;
  throw new SetupFailure(
    `building with Go needs ${needed} GB of free disk for a while, ${ownFolder()} has ${free.toFixed(1)} GB ` +
      "(PULUMI_HOME names another place)",
  );
}
