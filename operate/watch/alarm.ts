import { execa } from "execa";
import type { WatchEvent } from "./events.ts";

export interface AlarmOptions {
  /** Gets the event as JSON by POST. */
  webhook?: string | undefined;
  /** A shell command; GEO_SYSTEM_EVENT, GEO_SYSTEM_CAUSE tell it what happened. */
  command?: string | undefined;
}

type AlarmEvent = Extract<WatchEvent, { event: "alarm" | "recovered" | "certificate" }>;

/** Tells a person, of the alarm and of its end, and of a certificate that should have been renewed. Returns what went wrong with that, to be said and not to stop the watch. */
export async function sendAlarm(event: AlarmEvent, { webhook, command }: AlarmOptions): Promise<string[]> {
  const results = await Promise.allSettled([webhook && post(webhook, event), command && run(command, event)]);
  return results.flatMap((each) =>
    each.status === "rejected" ? [String((each.reason as Error).message)] : [],
  );
}

async function post(webhook: string, event: AlarmEvent): Promise<void> {
  const answer = await fetch(webhook, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`--webhook answered ${answer.status}`);
}

async function run(command: string, event: AlarmEvent): Promise<void> {
  const env = { GEO_SYSTEM_EVENT: event.event, GEO_SYSTEM_CAUSE: "cause" in event ? event.cause : "" };
  const { exitCode } = await execa("sh", ["-c", command], {
    env,
    reject: false,
    timeout: 60_000,
    stdout: "ignore",
  });
  if (exitCode !== 0) throw new Error(`--command ended with ${exitCode}`);
}
