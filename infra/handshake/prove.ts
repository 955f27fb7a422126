import type { HostNames } from "./advice.ts";
import { type HandshakeInput, parseHandshake } from "./handshake.ts";
import { type Instances, proveInstancesHop } from "./instances-hop.ts";
import type { ReadLog } from "./log.ts";
import { proveLog } from "./log-hop.ts";
import { masking } from "./mask.ts";
import { bareHost } from "./open.ts";
import { protocolOf } from "./protocols/table.ts";
import type { HandshakeReport } from "./report.ts";
import { runProtocol } from "./run.ts";
import { proveWrongToken } from "./wrong-token-hop.ts";

export interface Proof {
  /** `ws://…` and `wss://…` addresses; proven at the same time. */
  urls: readonly string[];
  /** Further addresses, of other paths: what is spoken there, where it is not `handshake`. */
  others?: readonly { url: string; handshake?: HandshakeInput | undefined }[];
  /** PEM of the CA that issued the certificate; default: the CAs that Node trusts. It is always verified. */
  ca?: string;
  /** The machine that is proven, where the names of `urls` may lead to others too; default: where they lead. */
  at?: string;
  /** What the client shows as its token; empty where there is none. It appears in no report and no error. */
  token: string;
  /** What the backend speaks. */
  handshake: HandshakeInput;
  /** The backend's log since the proof began, as returned by {@link markBackendLog}; default: the log is not read. */
  readLog?: ReadLog;
  /** Where the backend runs as several processes; default: one. */
  instances?: Instances;
  /** Milliseconds for each opening, and for each answer whose step names no time; default 10,000. */
  timeoutMs?: number;
  /** Names for the advice of a failure; default: those of an unchanged configuration. */
  names?: Partial<HostNames>;
}

/**
 * Proves from outside that the service works: on every URL by its protocol, then by the backend's log. Where any token is
 * let in, the report warns of it.
 * A service that does not work is no error but a report that is not `ok`. Throws where the handshake or a URL is
 * malformed.
 *
 * @example
 * const report = await proveHandshake({ urls: ["ws://203.0.113.10/ws"], token, handshake: "plain" });
 * if (!report.ok) throw new Error(handshakeTable(report));
 */
export async function proveHandshake(proof: Proof): Promise<HandshakeReport> {
  const { urls, others = [], ca, at, token, readLog, instances, timeoutMs = 10_000 } = proof;
  const protocol = protocolOf(parseHandshake(proof.handshake));
  const names = hostNames(proof);
  const began = performance.now();
  const client = (url: string, spoken = protocol) => ({
    url,
    protocol: spoken,
    token,
    ca,
    at,
    timeoutMs,
    names,
  });
  const run = (url: string, spoken = protocol) => runProtocol(client(url, spoken));
  const [runs, elsewhere] = await Promise.all([
    Promise.all(urls.map((url) => run(url))),
    Promise.all(
      others.map(({ url, handshake }) => run(url, handshake && protocolOf(parseHandshake(handshake)))),
    ),
  ]);
  const met = await proveInstancesHop(runs, instances, () => run(urls[0] as string), names);
  const [wrongToken, log] = await Promise.all([
    proveWrongToken(runs, client(urls[0] as string)),
    proveLog(runs, readLog, protocol, names),
  ]);
  const hops = [...runs, ...elsewhere, wrongToken, met, log];
  const failures = [...runs, ...elsewhere, met, log].flatMap(({ failure }) => failure ?? []);
  const ms = Math.round(performance.now() - began);
  const rows = hops.flatMap((each) => each.rows);
  const warnings = wrongToken.warning ? [wrongToken.warning] : [];
  return withoutToken({ ok: failures.length === 0, rows, failures, warnings, ms }, token);
}

function hostNames({ urls, names }: Proof): HostNames {
  const host = bareHost(new URL(urls[0] ?? "ws://localhost"));
  return { ssh: `ssh ubuntu@${host}`, application: "geo-backend", ...names };
}

/** A server may send the token back, in an error or in the text of a page. */
function withoutToken(report: HandshakeReport, token: string): HandshakeReport {
  const mask = masking(token);
  return {
    ...report,
    rows: report.rows.map((row) => ({ ...row, detail: mask(row.detail) })),
    failures: report.failures.map((each) => ({ ...each, cause: mask(each.cause), next: mask(each.next) })),
  };
}
