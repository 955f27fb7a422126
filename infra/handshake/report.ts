import Table from "cli-table3";
import pc from "picocolors";
import type { HandshakeFailure } from "./failure.ts";

/**
 * `not asked`: the protocol of this backend has no such question, so nothing is claimed of it beyond what the detail
 * says. `warn`: clients are served, and a person should check.
 */
export type HopStatus = "ok" | "warn" | "fail" | "not reached" | "not asked";

/** What a hop tells of the backend, whatever the protocol calls it. */
export type Subject = "token" | "ping" | "sync" | "log";

export interface HandshakeRow {
  /** The URL without its query; `ssh` for what is asked of the host: `instances`, `log`; empty for `wrong token`, asked on one URL for all. */
  url: string;
  /** `name`, `tcp`, `tls`, `upgrade`, then what the protocol calls its own, `close`, `wrong token`, `instances`, `log`. */
  hop: string;
  /** Absent where it is none of these: the way to the backend, or a step of a script of no known kind. */
  about?: Subject;
  status: HopStatus;
  detail: string;
  /** Milliseconds this hop took; 0 where it was not reached. */
  ms: number;
}

export interface HandshakeReport {
  ok: boolean;
  rows: HandshakeRow[];
  /** One for each URL that failed, and one for the log; empty when `ok`. */
  failures: HandshakeFailure[];
  /** Does not affect clients, but a person should check it. */
  warnings: HandshakeFailure[];
  /** Milliseconds from the first dial to the last line of the log. */
  ms: number;
}

type Colors = ReturnType<typeof pc.createColors>;

const noBorders = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" },
  ...{ "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" },
  ...{ right: "", "right-mid": "", middle: "  " },
};

/**
 * The report as a short table, one row a hop and one column a URL; the failures and what to type next below it.
 * `colour`: default on a terminal only (also without NO_COLOR), so that a log stays plain.
 */
export function handshakeTable(report: HandshakeReport, colour = onTerminal()): string {
  const paint = pc.createColors(colour);
  const urls = [...new Set(report.rows.filter(isOfUrl).map(({ url }) => url))];
  const style = { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true };
  const table = new Table({ head: ["hop", ...urls], chars: noBorders, style });
  for (const line of lines(report.rows, urls)) table.push(line.map((cell) => show(cell, paint)));
  const text = table.toString().replace(/ +$/gm, "");
  return [text, ...failureLines(report.failures, paint), ...warningLines(report.warnings, paint)].join("\n");
}

/** What broke where, and the thing to type: once for all addresses that broke alike. */
function failureLines(failures: readonly HandshakeFailure[], paint: Colors): string[] {
  return failures.flatMap((failure, i) => {
    const { url, hop, cause, next } = failure;
    const alike = (other: HandshakeFailure | undefined) => other?.cause === cause && other.next === next;
    const where = `${paint.red("failed")} ${url} at ${paint.bold(hop)}`;
    const line = `${where}: ${alike(failures[i - 1]) ? "the same" : cause}`;
    return alike(failures[i + 1]) ? [line] : [line, `  next: ${next}`];
  });
}

const warningLines = (warnings: readonly HandshakeFailure[], paint: Colors): string[] =>
  warnings.flatMap(({ hop, cause, next }) => [
    `${paint.yellow("warning")} at ${paint.bold(hop)}: ${cause}`,
    `  next: ${next}`,
  ]);

/** What is asked of the host itself, or once for all URLs, has no column of its own. */
const isOfUrl = ({ url }: HandshakeRow) => url !== "ssh" && url !== "";

type Cell = HandshakeRow | string;

/** URLs differ in their hops (`tls`): each hop has one line, with a dash for a URL that does not have it. */
function lines(rows: readonly HandshakeRow[], urls: readonly string[]): Cell[][] {
  const columns = urls.map((url) => rows.filter((row) => row.url === url && isOfUrl(row)));
  const longest = columns.reduce((a, b) => (b.length > a.length ? b : a), []);
  const take = (column: HandshakeRow[], hop: string) =>
    (column[0]?.hop === hop ? column.shift() : undefined) ?? "-";
  const hops = [...longest].map(({ hop }) => [hop, ...columns.map((column) => take(column, hop))]);
  return [...hops, ...rows.filter((row) => !isOfUrl(row)).map((row) => [row.hop, row])];
}

function show(cell: Cell, paint: Colors): string {
  if (typeof cell === "string") return cell;
  if (cell.status === "not reached") return paint.dim(cell.status);
  if (cell.status === "not asked") return paint.dim(cell.detail || cell.status);
  if (cell.status === "fail") return paint.red("FAILED");
  if (cell.status === "warn") return `${paint.yellow("WARNING")}, ${cell.detail}`;
  return `${paint.green("ok")} ${cell.ms} ms${cell.detail && `, ${cell.detail}`}`;
}

/** picocolors alone would also colour the log of a CI job. */
function onTerminal(): boolean {
  return pc.isColorSupported && process.stdout.isTTY === true;
}
