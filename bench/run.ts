import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { project } from "../operate/run-pulumi.ts";
import { ansible } from "./ansible.ts";
import { floor } from "./floor.ts";
import { thisPackage } from "./package.ts";
import { pyinfra } from "./pyinfra.ts";
import { median, seconds } from "./statistics.ts";
import { type Job, jobs, meaning, type Tool, type Wanted } from "./tool.ts";

const tools = { "plain script": floor, pyinfra, Ansible: ansible, "geo-system": thisPackage };
type ToolName = keyof typeof tools;
const toolNames = Object.keys(tools) as ToolName[];
const others = toolNames.filter((name) => name !== "geo-system");

/** Seconds of each run, by job and tool. */
type Times = Record<Job, Record<ToolName, number[]>>;

const command = new Command("npm run bench --")
  .description(
    "Does the same jobs with this package, with pyinfra, Ansible and one plain script, on fresh sandbox hosts, and compares.",
  )
  .option("--rounds <number>", "how often, for the median", Number, 3)
  .action(async ({ rounds }: { rounds: number }) => print(await measure(rounds)));

async function measure(rounds: number): Promise<Times> {
  const times = Object.fromEntries(
    jobs.map((job) => [job, Object.fromEntries(toolNames.map((name) => [name, []]))]),
  ) as unknown as Times;
  for (let round = 1; round <= rounds; round++) {
    for (const name of toolNames) {
      await using tool = await tools[name](`bench-${process.pid}`);
      for (const [job, took] of await measureTool(tool)) {
        times[job][name].push(took);
        console.error(`round ${round} of ${rounds}: ${name}, ${meaning[job]}: ${took.toFixed(1)} s`);
      }
    }
  }
  return times;
}

async function measureTool(tool: Tool): Promise<[Job, number][]> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const first: Wanted = { readTimeout: 86400, backendSource: join(folder, "one") };
  const wanted: Partial<Record<Job, Wanted>> = {
    site: { ...first, readTimeout: 3600 },
    release: { readTimeout: 3600, backendSource: join(folder, "two") },
  };
  const example = join(project, "examples/geo-backend");
  const filter = (path: string) => !path.includes("node_modules");
  await cp(example, first.backendSource, { recursive: true, filter });
  await cp(example, join(folder, "two"), { recursive: true, filter });
  await appendFile(join(folder, "two/src/server.ts"), "\n// the next release\n");
  const results: [Job, number][] = [];
  for (const job of jobs.filter((one) => !tool.without.includes(one))) {
    results.push([job, await seconds(() => tool.run(job, wanted[job] ?? first))]);
  }
  await rm(folder, { recursive: true });
  return results;
}

function print(times: Times): void {
  const table = new Table({
    head: ["job", ...toolNames, ...others.map((name) => `to ${name}`)],
    style: { head: [], border: [] },
  });
  for (const job of jobs) {
    const took = (name: ToolName) => (times[job][name].length ? median(times[job][name]) : undefined);
    const ratio = (name: ToolName) => compared(took("geo-system"), took(name));
    table.push([meaning[job], ...toolNames.map((name) => shown(took(name))), ...others.map(ratio)]);
  }
  console.log(table.toString());
}

const shown = (took: number | undefined) => (took ? `${took.toFixed(1)} s` : "–");
const compared = (ours?: number, other?: number) => (ours && other ? `${(ours / other).toFixed(2)}×` : "–");

await command.parseAsync();
