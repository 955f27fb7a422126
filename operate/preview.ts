import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { report } from "../sandbox/report.ts";
import { readPreview, stackOfPreview } from "./preview/read.ts";
import { previewSummary } from "./preview/run.ts";
import { summary } from "./preview/summary.ts";
import { readyStack, runPulumi } from "./run-pulumi.ts";

interface Options {
  stack?: string;
  markdown?: boolean;
  from?: string;
  output?: string;
  note?: string;
}

const command = new Command("npm run preview --")
  .description("Shows what `pulumi up` would do to the host. Changes nothing. Its exit code is Pulumi's.")
  .option(
    "--stack <name>",
    "the stack to use (default: the selected one, or sandbox where no host is configured)",
  )
  .option("--markdown", "a summary for a pull request, in at most 60,000 characters")
  .option(
    "--from <file>",
    "summarise this output of `pulumi preview --json` instead; - is the standard input",
  )
  .option("--output <file>", "where the summary goes (default: the standard output)")
  .option("--note <text>", "a line for the end of the summary, such as the commit it was made for")
  .argument("[arguments...]", "more arguments for `pulumi preview`, such as --diff or --expect-no-changes")
  .allowUnknownOption()
  .helpOption("-h, --help", "show this help")
  .action(async (rest: string[], options: Options) => {
    refuseContradictions(rest, options);
    if (options.from !== undefined) return write(await fromFile(options.from, options), options);
    const stack = await readyStack(options.stack);
    if (!options.markdown) {
      process.exitCode = await runPulumi(stack, ["preview", ...rest]);
      return;
    }
    const { markdown, exitCode } = await previewSummary(stack, rest, options.note);
    await write(markdown, options);
    process.exitCode = exitCode;
  });

/** Options that cannot both be meant, and one that must not be. */
function refuseContradictions(rest: readonly string[], { markdown, from, output, note }: Options): void {
  const summarises = markdown || from !== undefined;
  if (!summarises && (output !== undefined || note !== undefined))
    throw new Error("--output and --note belong to a summary; next: add --markdown");
  if (from !== undefined && rest.length > 0)
    throw new Error(
      `--from runs no preview, so ${rest.join(" ")} means nothing; next: leave one of them out`,
    );
  if (summarises && rest.some((word) => word.startsWith("--show-secrets")))
    throw new Error(
      "--show-secrets would put secrets into a summary that is made to be shared; next: leave it out",
    );
}

async function fromFile(file: string, { stack, note }: Options): Promise<string> {
  const json = await (file === "-" ? text(process.stdin) : readFile(file, "utf8"));
  const preview = readPreview(json, file === "-" ? "the standard input" : file);
  return summary(preview, { stack: stack ?? stackOfPreview(preview) ?? "preview", note });
}

async function write(markdown: string, { output }: Options): Promise<void> {
  if (output === undefined) process.stdout.write(markdown);
  else await writeFile(output, markdown);
}

try {
  await command.parseAsync();
} catch (error) {
  report(error);
}
