import pRetry, { AbortError } from "p-retry";
import type { SshSession } from "../host/ssh.ts";
import type { LogLines } from "./protocol.ts";
import { fillPattern, type Values } from "./values.ts";

/** Reads the backend's log from the mark on. */
export type ReadLog = () => Promise<string>;

/** The expressions that no line of the log matches; `values` has one entry for each run of the script. */
export function missingLines(log: string, logLines: readonly string[], values: readonly Values[]): string[] {
  const patterns = logLines.flatMap((line) => values.map((known) => fillPattern(line, known)));
  return [...new Set(patterns.filter((pattern) => !pattern.test(log)).map(String))];
}

/**
 * Waits until the log has every line: pm2 writes them a moment after the backend printed them.
 * Gives those still missing at the end of that time. Throws what `read` throws.
 */
export async function awaitLines(
  read: () => Promise<string>,
  { logLines, logWithin }: LogLines,
  values: readonly Values[],
): Promise<string[]> {
  let missing: string[] = [];
  const look = async () => {
    const log = await read().catch((error: Error) => Promise.reject(new AbortError(error)));
    missing = missingLines(log, logLines, values);
    if (missing.length > 0) throw new Error("lines are missing");
  };
  const patience = { retries: 20, minTimeout: 100, maxTimeout: 1_000, factor: 2, maxRetryTime: logWithin };
  await pRetry(look, patience).catch((error: Error) => {
    if (missing.length === 0) throw error;
  });
  return missing;
}

/**
 * Remembers where the backend's log ends now, and gives what reads the part that came after. By its length and not
 * by a time: the host's clock may differ from ours, and lines of an earlier run must not count as proof of this one.
 *
 * @example
 * const readLog = await markBackendLog(session, "geo-backend");
 * const report = await proveHandshake({ urls, token, readLog });
 */
export async function markBackendLog(session: SshSession, application: string): Promise<ReadLog> {
  const file = `.pm2/logs/${application}-out.log`;
  const { stdout, code } = await session.exec(`stat --format %s ${file}`);
  const start = code === 0 ? Number(stdout) : 0;
  return async () => {
    const { stdout, stderr, code } = await session.exec(`tail --bytes +${start + 1} ${file}`);
    if (code !== 0) throw new Error(stderr.trim() || `tail ended with ${code}`);
    return stdout;
  };
}
