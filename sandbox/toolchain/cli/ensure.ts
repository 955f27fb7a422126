import { messageOf, SetupFailure } from "../failure.ts";
import { executables } from "../first/places.mjs";
import type { Task } from "../progress.ts";
import { isWhole, type Pair } from "./check.ts";
import { neededGo } from "./go.ts";
import { useInstalled } from "./installed.ts";
import { missingCli } from "./missing.ts";
import { buildFromModules } from "./modules.ts";
import { download } from "./official.ts";

/** Makes the CLI and its language host available. Returns how, in words; throws with what a person can do. */
export async function ensureCli(task: Task): Promise<string> {
  const place: Pair = executables();
  if (await isWhole(place)) return "in place";
  return (await useInstalled(place)) ?? (await fetchOrBuild(place, task));
}

async function fetchOrBuild(place: Pair, task: Task): Promise<string> {
  const reasons: string[] = [];
  for (const way of [download, buildFromModules]) {
    try {
      return await way(place, task);
    } catch (error) {
      if (!(error instanceof SetupFailure)) throw error;
      reasons.push(messageOf(error));
    }
  }
  throw new SetupFailure(missingCli({ place, reasons, go: await neededGo() }));
}
