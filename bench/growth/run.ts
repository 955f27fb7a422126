import Table from "cli-table3";
import { Command } from "commander";
import { median, seconds } from "../statistics.ts";
import { growths, mostClients } from "./cases.ts";
import { commands, GrownHost } from "./host.ts";

/** More than this of the empty host's time is growth that a reason must stand beside. */
const allowed = 1.3;

type Row = readonly number[];

const command = new Command("npm run growth --")
  .description(
    "Measures preview, status and diagnose on a host that grows by what is none of their business.",
  )
  .option("--rounds <number>", "how often, for the median", Number, 3)
  .action(async ({ rounds }: { rounds: number }) => print(await measure(rounds)));

async function measure(rounds: number): Promise<Map<string, Row>> {
  await using host = await GrownHost.make(mostClients);
  const rows = new Map<string, Row>();
  for (const { name, during } of growths)
    await during(host, async () => {
      rows.set(name, await medians(host, rounds));
      console.error(
        `${name}: ${rows
          .get(name)
          ?.map((took) => `${took.toFixed(1)} s`)
          .join(", ")}`,
      );
    });
  return rows;
}

/** Of each command; a first one more warms up what changed. */
async function medians(host: GrownHost, rounds: number): Promise<number[]> {
  const times = commands.map((): number[] => []);
  for (let round = 0; round <= rounds; round++)
    for (const [index, each] of commands.entries()) {
      const took = await seconds(() => host.does(each));
      if (round > 0) times[index]?.push(took);
    }
  return times.map(median);
}

function print(rows: Map<string, Row>): void {
  const [base = []] = rows.values();
  const table = new Table({ head: ["the host", ...commands], style: { head: [], border: [] } });
  for (const [name, row] of rows)
    table.push([name, ...row.map((took, index) => shown(took, took / (base[index] ?? took)))]);
  console.log(table.toString());
}

const shown = (took: number, ratio: number) =>
  `${took.toFixed(1)} s, ${ratio.toFixed(2)}×${ratio > allowed ? " !" : ""}`;

await command.parseAsync();
