import { setTimeout } from "node:timers/promises";
import { Command } from "commander";
import pc from "picocolors";
import { whyNoSandbox } from "../../sandbox/host/sandbox.ts";
import { report } from "../../sandbox/report.ts";
import { ways } from "./cut.ts";
import { printFigures, sayCut } from "./figures.ts";
import { type Cut, cutOnce } from "./once.ts";
import { type Change, Subject } from "./subject.ts";

const command = new Command("npm run faults --")
  .description(
    "Cuts `pulumi up` off at points spread over it, in three ways, and looks whether the host served all the time.",
  )
  .option("--cuts <number>", "how many", Number, 40)
  .option("--name <name>", "the sandbox to make for it", `faults-${process.pid}`)
  .helpOption("-h, --help", "show this help")
  .action(async ({ cuts, name }: { cuts: number; name: string }) => {
    const why = await whyNoSandbox();
    if (why) throw new Error(why);
    const all = await Subject.with(name, (subject) => cutOften(subject, cuts));
    printFigures(all);
    process.exitCode = all.length === cuts && all.every(({ fault }) => fault === undefined) ? 0 : 1;
  });

/** One change after the other, each cut off a little later than the one before. */
async function cutOften(subject: Subject, cuts: number): Promise<Cut[]> {
  console.error(pc.dim("A host that serves, and one change that is not cut off, for its length …"));
  await subject.up(change(0));
  const url = await subject.url();
  await subject.openFirewall();
  const started = performance.now();
  await subject.up(change(1));
  const length = performance.now() - started;
  console.error(pc.dim(`It took ${(length / 1000).toFixed(1)} s; ${cuts} cuts follow.`));
  const all: Cut[] = [];
  let before = change(1);
  for (let number = 0; number < cuts; number++) {
    const way = ways[number % ways.length] ?? ways[0];
    const at = (length * (number + 0.5)) / cuts;
    const next = change(number + 2);
    const one = await cutOnce(subject, { number, way, at, url, before, next });
    all.push(one);
    if (!one.fault) before = next;
    sayCut(one, cuts);
    if (one.lost) break;
    await setTimeout(0);
  }
  return all;
}

const change = (number: number): Change => ({ mark: `release${number}`, readTimeout: 80_000 + number });

try {
  await command.parseAsync();
} catch (error) {
  report(error);
}
