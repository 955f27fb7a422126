import Table from "cli-table3";
import { Command, Option } from "commander";
import { ansible } from "./ansible.ts";
import { floor } from "./floor.ts";
import { measure, profileAll, type Times } from "./measure.ts";
import { thisPackage } from "./package.ts";
import { profileTable } from "./profile.ts";
import { pyinfra } from "./pyinfra.ts";
import { median } from "./statistics.ts";
import { type Job, jobs, meaning } from "./tool.ts";

const others = { "plain script": floor, pyinfra, Ansible: ansible };
type Other = keyof typeof others;
const own = "geo-system";

interface Options {
  rounds: number;
  against: Other[];
  jobs: Job[];
  profile?: boolean;
}

export const command = new Command("npm run bench --")
  .description(
    "Does the same jobs with this package, with pyinfra, Ansible and one plain script, on fresh sandbox hosts, and compares.",
  )
  .helpOption("-h, --help", "show this help")
  .option("--rounds <number>", "how often, for the median", Number, 3)
  .addOption(choice("--against <names...>", "only these, beside this package", Object.keys(others)))
  .addOption(choice("--jobs <names...>", "only these; without cold on the same hosts throughout", [...jobs]))
  .option("--profile", "no comparison: where the time of each job of this package goes, once")
  .action(async ({ rounds, against, jobs, profile }: Options) => {
    if (profile) return console.log(profileTable(await profileAll(thisPackage)));
    const tools = [...against.map((name) => others[name]), thisPackage];
    print(await measure(tools, rounds, jobs), against);
  });

function choice(flags: string, description: string, names: string[]): Option {
  return new Option(flags, description).choices(names).default(names);
}

function print(times: Times, compared: readonly Other[]): void {
  const table = new Table({
    head: ["job", ...compared, own, ...compared.map((name) => `to ${name}`)],
    style: { head: [], border: [] },
  });
  for (const [job, of] of times) {
    const took = (name: string) => (of.get(name)?.length ? median(of.get(name) ?? []) : undefined);
    const ratio = (name: Other) => ratioOf(took(own), took(name));
    if (of.size > 0)
      table.push([
        meaning[job],
        ...[...compared, own].map((name) => shown(took(name))),
        ...compared.map(ratio),
      ]);
  }
  console.log(table.toString());
}

const shown = (took: number | undefined) => (took ? `${took.toFixed(1)} s` : "–");
const ratioOf = (ours?: number, other?: number) => (ours && other ? `${(ours / other).toFixed(2)}×` : "–");
