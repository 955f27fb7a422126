import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import pc from "picocolors";
import { type Application, applicationsOf } from "../../infra/settings/applications.ts";
import type { Operated } from "../../infra/settings/operated.ts";
import { report } from "../../sandbox/report.ts";
import { hasSeveral, onStackHost, type StackHost } from "../host-session.ts";
import { readyStack } from "../run-pulumi.ts";
import { componentOption, refuseComponent } from "../target/component-option.ts";
import { waitOption } from "../wait-option.ts";
import { fileSetStep, goBackFiles } from "./file-set.ts";
import { goBack } from "./go-back.ts";
import { listReleases, type Release, releaseTable } from "./releases.ts";

interface Options {
  stack?: string;
  component?: string;
  list?: boolean;
  to?: string;
  files?: string;
  application?: string;
  yes?: boolean;
  json?: boolean;
  wait: number;
}

export const command = new Command("npm run rollback --")
  .description(
    "Goes back to a release of the backend that is still on the host: it proves itself beside the present one, takes " +
      "its place, and must pass the handshake from outside. With --files to one of the files of a route: by one move of " +
      "a link, which disturbs no client. The next `pulumi preview` shows it as a difference.",
  )
  .option(
    "-s, --stack <name>",
    "the stack whose host is meant (default: the selected one, or sandbox where no host is configured)",
  )
  .addOption(componentOption())
  .option("--list", "only show the releases: name, when they were last in use, which one runs")
  .option("--to <release>", "the release to go back to (default: the one in use before the present one)")
  .option("--files <path>", "the files of that path of routes, in the place of the backend")
  .option("--application <name>", "which of several applications: its name in applications")
  .option("--yes", "do not ask")
  .option("--json", "print one object: the releases; and the one that serves, unless --list is given")
  .addOption(waitOption())
  .helpOption("-h, --help", "show this help")
  .action(async (options: Options) => {
    const stack = await readyStack(options.stack);
    if (!hasSeveral(stack)) refuseComponent(options.component);
    await onStackHost(stack, options.component, (host) => rollback(host, options));
  });

async function rollback(host: StackHost, options: Options): Promise<void> {
  const { files, wait } = options;
  const application = files === undefined ? chosenApplication(host.settings, options.application) : undefined;
  const step = application?.step ?? fileSetStep(host.settings, files ?? "");
  const releases = await listReleases(host.session, step);
  const say = options.json ? console.error : console.log;
  if (options.list && options.json) return console.log(JSON.stringify({ releases }, null, 2));
  say(releaseTable(releases));
  if (options.list) return;
  const target = chosen(releases, options.to);
  if (!options.yes && !(await agreed(target))) return say("Nothing was changed.");
  try {
    if (application) await goBack(host, application, target.name, wait, say);
    else await goBackFiles(host, step, target.name, wait, say);
  } catch (error) {
    return report(error); // The release did not pass: 1, where all before it is 2.
  }
  say(
    `${pc.green(`Release ${target.name} serves.`)} The next \`pulumi up\` goes on to what the configuration says.`,
  );
  if (options.json) console.log(JSON.stringify({ releases, serves: target.name }, null, 2));
}

/** With several applications one must be named: rolling back the wrong one helps no one. */
function chosenApplication(settings: Operated, wanted: string | undefined): Application<Operated> {
  const all = applicationsOf(settings);
  const found = all.find(({ called }) => called === wanted);
  if (found) return found;
  const names = all.map(({ called }) => called ?? "none, since the host has one without a name");
  throw new Error(`--application: expected ${names.join(" or ")}, found ${wanted ?? "nothing"}`);
}

function chosen(releases: readonly Release[], wanted: string | undefined): Release {
  const target = wanted
    ? releases.find(({ name }) => name === wanted)
    : releases.find(({ running }) => !running);
  if (!target)
    throw new Error(
      wanted
        ? `--to: expected a release of the list above, found ${wanted}`
        : "there is no other release on this host; next: npm run up, with the sources you want",
    );
  if (target.running) throw new Error(`--to: release ${target.name} runs already; nothing was changed`);
  return target;
}

async function agreed({ name, since }: Release): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error("expected a terminal to ask on, or --yes; nothing was changed");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test(
      (await terminal.question(`Go back to ${name}, last in use since ${since}? [y/N] `)).trim(),
    );
  } finally {
    terminal.close();
  }
}
