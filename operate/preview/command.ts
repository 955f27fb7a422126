import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { projectHere } from "../project.ts";
import { environmentOf } from "../pulumi-environment.ts";
import { refuseUnknownOptions, withoutSeparator } from "../pulumi-options.ts";
import { readyStack, runPulumi } from "../run-pulumi.ts";
import { type PreviewOptions, refuseContradictions } from "./options.ts";
import { readPreview, stackOfPreview, unreadable } from "./read.ts";
import { previewSummary } from "./run.ts";
import { summary } from "./summary.ts";

export const command = new Command("npm run preview --")
  .description("Shows what `pulumi up` would do to the host. Changes nothing. Its exit code is Pulumi's.")
  .option(
    "-s, --stack <name>",
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
  .action(async (words: string[], options: PreviewOptions) => {
    const rest = withoutSeparator(words);
    refuseContradictions(rest, options);
    if (options.from !== undefined) return write(await fromFile(options.from, options), options);
    await refuseUnknownOptions("preview", rest, await environmentOf(projectHere()));
    const stack = await readyStack(options.stack);
    if (!options.markdown) {
      process.exitCode = await runPulumi(stack, ["preview", ...rest]);
      return;
    }
    const { markdown, exitCode } = await previewSummary(stack, rest, options.note);
    await write(markdown, options);
    process.exitCode = exitCode;
  });

async function fromFile(file: string, { stack, note }: PreviewOptions): Promise<string> {
  const json = await (file === "-" ? text(process.stdin) : readFile(file, "utf8").catch(missing));
  const preview = readPreview(json, file === "-" ? "the standard input" : file);
  return summary(preview, { stack: stack ?? stackOfPreview(preview) ?? "preview", note });
}

function missing(error: NodeJS.ErrnoException): never {
  if (error.code !== "ENOENT") throw error;
  throw unreadable(String(error.path), "no such file");
}

async function write(markdown: string, { output }: PreviewOptions): Promise<void> {
  if (output === undefined) process.stdout.write(markdown);
  else await writeFile(output, markdown);
}
