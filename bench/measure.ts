import { desired } from "./desired.ts";
import { type Profile, profiled } from "./profile.ts";
import { seconds } from "./statistics.ts";
import { type Job, jobs, meaning, type Tool } from "./tool.ts";

/** Makes a tool with a fresh host of that name. */
export type MakeTool = (host: string) => Promise<Tool>;

/** Seconds of each run, by job and tool. */
export type Times = Map<Job, Map<string, number[]>>;

const warm = jobs.filter((job) => job !== "cold");

/**
 * Measures the jobs, each tool in its turn within a round, so that a busy minute of the machine concerns all of them. Each
 * round begins on fresh hosts where `cold` is asked for, else all of them are done on the same ones.
 */
export async function measure(
  tools: readonly MakeTool[],
  rounds: number,
  wanted: readonly Job[],
): Promise<Times> {
  const times: Times = new Map(jobs.map((job) => [job, new Map()]));
  const note = (job: Job, tool: string, took: number) => {
    const of = times.get(job) as Map<string, number[]>;
    of.set(tool, [...(of.get(tool) ?? []), took]);
    console.error(`${tool}, ${meaning[job]}: ${took.toFixed(1)} s`);
  };
  const sets = wanted.includes("cold") ? rounds : 1;
  for (let set = 1; set <= sets; set++)
    await onFreshHosts(tools, async (made) => {
      for (const one of made) note("cold", one.tool.name, await seconds(await one.run("cold")));
      for (let round = 1; round <= rounds / sets; round++)
        for (const job of warm.filter((each) => wanted.includes(each)))
          for (const { tool, run } of made.filter(({ tool }) => !tool.without.includes(job)))
            note(job, tool.name, await seconds(await run(job)));
    });
  return times;
}

/** Where the time of each job goes, once. */
export async function profileAll(make: MakeTool): Promise<ReadonlyMap<Job, Profile>> {
  const profiles = new Map<Job, Profile>();
  await onFreshHosts([make], async (made) => {
    for (const { run } of made) for (const job of jobs) profiles.set(job, await profiled(await run(job)));
  });
  return profiles;
}

/** A tool at its host; `run` prepares a job, whose own function then does it. */
interface AtHost {
  tool: Tool;
  run(job: Job): Promise<() => Promise<void>>;
}

async function onFreshHosts(tools: readonly MakeTool[], work: (made: AtHost[]) => Promise<void>) {
  const used: AsyncDisposable[] = [];
  try {
    const made: AtHost[] = [];
    for (const [index, make] of tools.entries()) {
      const tool = await make(`bench-${process.pid}-${index}`);
      const state = await desired();
      used.push(tool, state);
      const run = async (job: Job) => {
        const wanted = await state.next(job);
        return () => tool.run(job, wanted);
      };
      made.push({ tool, run });
    }
    await work(made);
  } finally {
    for (const one of used) await one[Symbol.asyncDispose]();
  }
}
