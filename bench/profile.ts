import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import type { Moment } from "../infra/profile.ts";
import { type Job, jobs, meaning } from "./tool.ts";

/** What ends with each moment that the program writes down (infra/profile.ts), in the order of a run. */
const parts: readonly [event: string, part: string][] = [
  ["node", "the CLI, until it starts the program's Node"],
  ["program", "Node and Pulumi's runner"],
  ["loaded", "modules of the program and of the SDK"],
  ["packed", "the release packed, the host dialled meanwhile"],
  ["dialled", "waiting for the login"],
  ["answered", "waiting for the host's facts"],
  ["declared", "comparing"],
  ["first resource", "plug-ins, and the first resource"],
  ["resources done", "the other resources"],
  ["proven", "the handshake"],
  ["ended", "outputs, and the end of the program"],
  ["end", "the CLI, after the program"],
];

/** Seconds that went by, and of processor in the program's Node. */
interface Spent {
  wall: number;
  processor: number;
}

/** By part of a run. */
export type Profile = Map<string, Spent>;

/** Runs a job and says where its time went. */
export async function profiled(run: () => Promise<void>): Promise<Profile> {
  const file = join(tmpdir(), `bench-profile-${process.pid}`);
  process.env.GEO_SYSTEM_PROFILE = file;
  const began: Moment = { event: "", at: Date.now(), processor: 0 };
  try {
    await run();
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    const end: Moment = { event: "end", at: Date.now(), processor: Number.NaN };
    return profileOf([began, ...lines.map((line) => JSON.parse(line) as Moment), end]);
  } finally {
    delete process.env.GEO_SYSTEM_PROFILE;
    await rm(file, { force: true });
  }
}

/** @example profileOf([start, node, end]).get("the CLI, until it starts the program's Node") // { wall: 0.4, processor: 0 } */
export function profileOf(moments: readonly Moment[]): Profile {
  const ordered = moments.toSorted((a, b) => a.at - b.at);
  return new Map(
    ordered.slice(1).map(({ event, at, processor }, index) => {
      const before = ordered[index] as Moment;
      const part = parts.find(([name]) => name === event)?.[1] ?? event;
      const used = processor - before.processor;
      return [part, { wall: (at - before.at) / 1000, processor: Number.isNaN(used) ? 0 : used }];
    }),
  );
}

/** A row for each part, a column for each job. */
export function profileTable(profiles: ReadonlyMap<Job, Profile>): string {
  const measured = jobs.filter((job) => profiles.has(job));
  const table = new Table({
    head: ["seconds (of them in the program's processor)", ...measured.map((job) => meaning[job])],
    style: { head: [], border: [] },
  });
  for (const [, part] of parts)
    table.push([part, ...measured.map((job) => shown(profiles.get(job)?.get(part)))]);
  return table.toString();
}

const shown = (spent: Spent | undefined) =>
  spent ? `${spent.wall.toFixed(2)} (${spent.processor.toFixed(2)})` : "–";
