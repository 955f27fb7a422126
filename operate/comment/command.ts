import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { patiently } from "./api.ts";
import { keepComment, keepIssue, type Outcome } from "./forge.ts";
import { forgeOf, requestOf } from "./surroundings.ts";

export const command = new Command("npm run comment --")
  .description("Keeps the summary of a preview up to date at GitHub or GitLab, in a job there.")
  .helpOption("-h, --help", "show this help")
  .option(
    "--json",
    "print one object: what was kept up to date, and whether it was created, updated or closed",
  )
  .option("--author <login>", "the account that the token belongs to, at GitHub", "github-actions[bot]");

command
  .command("pull-request")
  .description("one comment in a pull request: made, or updated in place")
  .requiredOption("--body <file>", "the summary: npm run preview -- --markdown --output <file>")
  .option("--number <number>", "the pull request (default: the one that the job is for)", number)
  .action(async ({ body, number }: { body: string; number?: number }) => {
    const request = number ?? requestOf(process.env);
    if (!request)
      throw new Error("expected a job for a pull request, found another; next: name it by --number");
    const forge = forgeOf(process.env, author());
    const text = await readFile(body, "utf8");
    say({ comment: request }, await patiently(() => keepComment(forge, request, text)));
  });

command
  .command("drift")
  .description("one open issue as long as the host is not as it was left")
  .requiredOption("--body <file>", "the summary: npm run preview -- --markdown --output <file>")
  .option("--title <title>", "the title of a new issue", "The host is not as it was left")
  .option("--clean", "nothing is wrong any more: an open issue is closed")
  .action(async ({ body, title, clean = false }: { body: string; title: string; clean?: boolean }) => {
    const forge = forgeOf(process.env, author());
    const text = await readFile(body, "utf8");
    say({}, await patiently(() => keepIssue(forge, { title, body: text, clean })));
  });

const author = () => command.opts<{ author: string }>().author;

function say(kept: { comment?: number }, outcome: Outcome): void {
  const where = kept.comment === undefined ? "issue" : `comment in ${kept.comment}`;
  const { json } = command.opts<{ json?: boolean }>();
  console.log(json ? JSON.stringify({ ...kept, outcome }) : `${where}: ${outcome}`);
}

function number(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("expected the number of a pull request");
  return Number(text);
}
