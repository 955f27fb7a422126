import { SshError } from "../host/ssh-error.ts";
import { backendLog, type HostNames, type Reading } from "./advice.ts";
import type { HandshakeFailure } from "./failure.ts";
import { Hops } from "./hops.ts";
import { awaitLines } from "./log.ts";
import type { HandshakeRow } from "./report.ts";
import type { Run } from "./run.ts";
import type { HandshakeScript } from "./script.ts";

interface LogHop {
  rows: HandshakeRow[];
  failure?: HandshakeFailure;
}

/** The last hop: the backend's own log must show what the clients did. Not reached where a client failed. */
export async function proveLog(
  runs: readonly Run[],
  read: (() => Promise<string>) | undefined,
  script: HandshakeScript,
  names: HostNames,
): Promise<LogHop> {
  if (!read || script.logLines.length === 0) return { rows: [] };
  const hops = new Hops("ssh", ["log"]);
  if (runs.some(({ failure }) => failure)) return { rows: hops.rows };
  const reading = await readLog(read, script, runs, names);
  if (reading) hops.fail(reading.cause);
  else hops.pass(`${script.logLines.length} lines`);
  return { rows: hops.rows, ...(reading && { failure: { url: "ssh", hop: "log", ...reading } }) };
}

async function readLog(
  read: () => Promise<string>,
  script: HandshakeScript,
  runs: readonly Run[],
  names: HostNames,
): Promise<Reading | undefined> {
  const next = backendLog(names);
  try {
    const values = runs.map((run) => run.values);
    const missing = await awaitLines(read, script, values);
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
