import { connect } from "../../infra/host/ssh.ts";
import { template } from "../../infra/package-root.ts";
import { splitLines } from "../split-lines.ts";
import { asRoot, shellWords } from "../target/shell-words.ts";
import type { Target } from "../target/target.ts";
import { arrived, type Entry, history, type Selection } from "./history.ts";
import { type LogRecord, readRecord, type Source } from "./records.ts";

export interface FollowLogs extends Selection {
  /** Whether `wanted` leaves lines out, so that more have to be looked at. */
  filtered: boolean;
  /** Whether to go on until the signal, or to end with what is there. */
  follow: boolean;
  signal: AbortSignal;
  show: (entry: Entry) => void;
  /** Says what is worth knowing of the logs themselves. */
  note: (text: string) => void;
}

/** Of each log at most so much is sent, where lines are looked for by their time or a word. */
const searched = { lines: 10_000, bytes: 4_000_000 };

/** So many lines before those that are shown: the first of these may follow one that has a time. */
const linesBefore = 200;

/** Shows what the logs held before, then what comes, over one SSH connection. */
export async function followLogs(target: Target, options: FollowLogs): Promise<void> {
  const { follow, signal, show, wanted } = options;
  await using session = await connect(await target.connection());
  const before: LogRecord[] = [];
  let zone: string | undefined;
  const take = (record: LogRecord) => {
    if (record.kind !== "new") before.push(record);
    if (record.kind === "zone") zone = record.zone;
    if (record.kind === "ready") {
      history(before, options).forEach(show);
      const silence = silent(before, target, options);
      if (silence) options.note(silence);
    }
    if (record.kind === "new" && wanted(record.line)) show(arrived(record, zone ?? "+00:00"));
  };
  const { code, stderr } = await session.follow(command(target, options), {
    input: template("logs/follow.pl"),
    onText: splitLines((line) => {
      const record = readRecord(line);
      if (record) take(record);
    }),
    signal: follow ? signal : AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
  });
  if (signal.aborted) return;
  if (code !== 0 || zone === undefined)
    throw new Error(
      `the logs of ${target.host} cannot be read: ${stderr.trim() || `perl ended with ${code}`}`,
    );
}

/** Not every backend logs, and a name may be wrong: no output must not look as if nothing happened. */
function silent(
  before: readonly LogRecord[],
  { application }: Target,
  { lines }: FollowLogs,
): string | undefined {
  if (lines === 0) return undefined;
  const ofBackend = before.flatMap((each) =>
    "source" in each && each.source.startsWith("backend") ? [each.kind] : [],
  );
  if (ofBackend.includes("old")) return undefined;
  return ofBackend.includes("log")
    ? `pm2's logs of ${application} are empty: the backend writes nothing to its standard output, or logs elsewhere`
    : `there is no log of pm2 for an application ${application}; name another one by --application (pm2 ls shows them)`;
}

/** pm2 writes into the home of whoever logs in, from where the command starts. */
function command({ application, user }: Target, { follow, lines, sinceMs, filtered }: FollowLogs): string {
  const pm2 = `.pm2/logs/${application}`;
  const files: Record<Source, string> = {
    backend: `${pm2}-out.log`,
    "backend error": `${pm2}-error.log`,
    nginx: "/var/log/nginx/access.log",
    "nginx error": "/var/log/nginx/error.log",
  };
  const shown = lines === 0 ? 0 : lines + linesBefore;
  const most = sinceMs === undefined && !filtered ? shown : Math.max(shown, searched.lines);
  const named = Object.entries(files).map(([name, path]) => `${name}=${path}`);
  const told = [String(most), String(searched.bytes), follow ? "yes" : "no", ...named];
  return shellWords([...asRoot(user), "perl", "-", ...told]);
}
