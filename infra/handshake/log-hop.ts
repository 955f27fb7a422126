import { SshError } from "../host/ssh-error.ts";
import { backendLog, type HostNames, type Reading } from "./advice.ts";
import type { HandshakeFailure } from "./failure.ts";
import { Hops, notAsked } from "./hops.ts";
import { awaitLines } from "./log.ts";
import type { LogLines, Protocol } from "./protocol.ts";
import type { HandshakeRow } from "./report.ts";
import type { Run } from "./run.ts";

interface LogHop {
  rows: HandshakeRow[];
  failure?: HandshakeFailure;
}

/** The last hop: the backend's own log must show what the clients did. Not reached where a client failed. */
export async function proveLog(
  runs: readonly Run[],
  read: (() => Promise<string>) | undefined,
  { log }: Protocol,
  names: HostNames,
): Promise<LogHop> {
  if (!read || !log) return { rows: notAsked("ssh", ["log"]) };
  const hops = new Hops("ssh", [{ name: "log", about: "log" }]);
  if (runs.some(({ failure }) => failure)) return { rows: hops.rows };
  const reading = await readLog(read, log, runs, names);
  if (reading) hops.fail(reading.cause);
  else hops.pass(`${log.logLines.length} lines`);
  return { rows: hops.rows, ...(reading && { failure: { url: "ssh", hop: "log", ...reading } }) };
}

async function readLog(
  read: () => Promise<string>,
  log: LogLines,
  runs: readonly Run[],
  names: HostNames,
): Promise<Reading | undefined> {
  const next = backendLog(names);
  try {
    const values = runs.map((run) => run.values);
    const missing = await awaitLines(read, log, values);
    if (missing.length === 0) return undefined;
    return { cause: `the backend's log has no line like ${missing.join(" or ")}`, next };
  } catch (error) {
    const [cause] = (error as Error).message.split("\n");
    return {
      cause: `the backend's log cannot be read: ${cause}`,
      next: error instanceof SshError ? error.next : next,
    };
  }
}
