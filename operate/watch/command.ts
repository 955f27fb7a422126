import { Command } from "commander";
import pc from "picocolors";
import { shownUrl } from "../../infra/handshake/mask.ts";
import { outliveReader } from "../outlive-reader.ts";
import type { HostOptions } from "../target/option-target.ts";
import { hostOptions, targetOf } from "../target/options.ts";
import { sendAlarm } from "./alarm.ts";
import { line, summaryLine } from "./event-text.ts";
import type { Emit } from "./events.ts";
import { withServedUrl } from "./served-url.ts";
import { milliseconds } from "./time.ts";
import { watch } from "./watch.ts";

interface Options extends HostOptions {
  alarmAfter: string;
  for?: string;
  every: string;
  webhook?: string;
  command?: string;
  json?: boolean;
}

export const command = hostOptions(new Command("npm run watch --"))
  .description(
    "Holds two connections as the page does, one that pings and one that is silent. Prints nothing while all is well.",
  )
  .option("--for <time>", "end after this long, with a summary: 90s, 10m, 2h (default: on Ctrl-C)")
  .option("--alarm-after <time>", "alarm when errors last this long", "5m")
  .option("--every <time>", "the time between two pings", "5s")
  .option("--webhook <url>", "POST alarms there as JSON, and keep watching")
  .option("--command <shell>", "run that at an alarm, and keep watching; GEO_SYSTEM_CAUSE says why")
  .option("--json", "print one event per line")
  .addHelpText(
    "after",
    "\nExit codes: 0 no alarm, 1 an alarm (at once, unless --webhook or --command is given), 2 could not start.",
  )
  .action(run);

async function run(options: Options): Promise<void> {
  const alarmAfterMs = milliseconds(options.alarmAfter, "--alarm-after");
  const pingEveryMs = milliseconds(options.every, "--every");
  const end = new AbortController();
  const forMs = options.for === undefined ? undefined : milliseconds(options.for, "--for");
  // Not `once`: whoever else listens, as execa does, takes the last listener's going for leave to end us at once.
  process.on("SIGINT", () => end.abort()).on("SIGTERM", () => end.abort());
  outliveReader();
  // With no one else to alert, a reader that has gone has seen enough.
  if (!options.webhook && !options.command) process.stdout.once("error", () => end.abort());
  const target = await withServedUrl(await targetOf(options));
  if (forMs !== undefined) setTimeout(() => end.abort(), forMs).unref();
  const picture = !options.json && process.stdout.isTTY === true;
  const emit = emitter(options, picture, () => end.abort());
  if (!options.json)
    console.log(`Watching ${shownUrl(target.urls.at(-1) ?? "")}; a line comes only when something happens.`);
  const summary = await watch(target, {
    ...{ alarmAfterMs, pingEveryMs, emit, signal: end.signal, timeoutMs: 10_000 },
    ...(picture && { picture: (now) => process.stdout.write(`\r\x1b[2K${pc.dim(summaryLine(now))}`) }),
  });
  emit({ event: "summary", summary });
  if (summary.alarms > 0) process.exitCode = 1;
}

function emitter(options: Options, picture: boolean, stop: () => void): Emit {
  const say = (text: string) =>
    console.log(`${picture ? "\r\x1b[2K" : ""}${new Date().toISOString()} ${text}`);
  return (event) => {
    const shown = options.json ? JSON.stringify({ time: new Date().toISOString(), ...event }) : undefined;
    const text = line(event);
    if (shown) console.log(shown);
    else if (text) say(text);
    if (event.event !== "alarm" && event.event !== "recovered" && event.event !== "certificate") return;
    if (!options.webhook && !options.command) return event.event === "alarm" ? stop() : undefined;
    void sendAlarm(event, options).then((problems) => {
      for (const problem of problems) console.error(problem);
    });
  };
}
