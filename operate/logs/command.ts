import { Command } from "commander";
import pc from "picocolors";
import { secretsOf } from "../diagnose/mask.ts";
import type { HostOptions } from "../target/option-target.ts";
import { hostOptions, targetOf } from "../target/options.ts";
import { milliseconds } from "../watch/time.ts";
import { followLogs } from "./follow.ts";
import type { Entry } from "./history.ts";
import { entryJson, entryText } from "./text.ts";

interface Options extends HostOptions {
  lines: string;
  since?: string;
  websocket?: boolean;
  follow: boolean;
  json?: boolean;
}

export const command = hostOptions(new Command("npm run logs --"))
  .description("Follows the logs of the backend and of nginx together, in the order of time, tokens masked.")
  .option("--lines <number>", "how many lines of each log to begin with", "20")
  .option("--since <time>", "begin with what was written so long ago: 90s, 10m, 2h (then --lines is 1000)")
  .option("--websocket", "only lines with WebSocket in them, as the guide's `grep WebSocket`")
  .option("--no-follow", "end with what is there")
  .option("--json", "print one object a line: time, source, line")
  .addHelpText(
    "after",
    `
A line is shown with its own time, or with that of its arrival. What a backend wrote before without a time stands
behind the line that it follows in its log; where none before it has a time, before the first that has one, else where
the log was last written to, and has no time beside it. nginx logs a WebSocket when it ends.

Exit codes: 0 ended, 2 the logs could not be read.`,
  )
  .action(run);

async function run(options: Options): Promise<void> {
  const selection = selectionOf(options);
  const end = new AbortController();
  // Not `once`: whoever else listens, as execa does, takes the last listener's going for leave to end us at once.
  process.on("SIGINT", () => end.abort()).on("SIGTERM", () => end.abort());
  process.stdout.once("error", () => end.abort()); // Whoever read on, as `| head` does, has enough.
  const target = await targetOf(options);
  const secrets = await target.client.then(secretsOf, () => []);
  const paint = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);
  const show = (entry: Entry) =>
    process.stdout.write(`${options.json ? entryJson(entry, secrets) : entryText(entry, paint, secrets)}\n`);
  const note = (text: string) => console.error(text);
  await target.withKeys(() =>
    followLogs(target, { ...selection, follow: options.follow, signal: end.signal, show, note }),
  );
}

function selectionOf({ lines, since, websocket = false }: Options) {
  const number = Number(
    since !== undefined && command.getOptionValueSource("lines") === "default" ? 1000 : lines,
  );
  if (!Number.isInteger(number) || number < 0)
    throw new Error(`--lines: expected a number of lines, found ${lines}`);
  return {
    lines: number,
    filtered: websocket,
    sinceMs: since === undefined ? undefined : milliseconds(since, "--since"),
    wanted: (line: string) => !websocket || line.includes("WebSocket"),
  };
}
