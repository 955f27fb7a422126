import { awaitLines, type ReadLog } from "../../../infra/handshake/log.ts";
import { masking } from "../../../infra/handshake/mask.ts";
import type { LogLines, Protocol } from "../../../infra/handshake/protocol.ts";
import { upgradeOnly } from "../../../infra/handshake/protocols/plain.ts";
import { protocolOf } from "../../../infra/handshake/protocols/table.ts";
import { type Run, type RunOptions, runProtocol } from "../../../infra/handshake/run.ts";
import { askWrongToken } from "../../../infra/handshake/wrong-token.ts";
import type { ClientSecrets, Target } from "../../target/target.ts";
import type { Flow, Outside } from "./observed.ts";

interface FlowOptions {
  target: Target;
  secrets: ClientSecrets;
  timeoutMs: number;
  /** The backend's log from before the flow on; absent where nobody could log in. */
  readLog?: ReadLog | undefined;
}

type FlowSeen = Pick<Outside, "flows" | "wrongToken" | "missingLines">;

/** The client's whole way on every address, then with a wrong token, then the traces of it in the backend's log. */
export async function seeFlows(options: FlowOptions): Promise<FlowSeen> {
  const { target, secrets, readLog } = options;
  const protocol = protocolOf(secrets.handshake);
  // As far as a client gets without a token that is wanted: the upgrade.
  const known = secrets.token === undefined && protocol.showsToken ? upgradeOnly : protocol;
  const runs = await Promise.all(target.urls.map((url) => runProtocol(clientOf(url, known, options))));
  const flows = runs.map((each, i) => flowOf(target.urls[i] ?? "", each, secrets.token ?? ""));
  const passed = runs.find(({ failure }) => !failure);
  if (!passed || secrets.token === undefined) return { flows };
  const url = target.urls[runs.indexOf(passed)] ?? "";
  const { log } = protocol;
  const [missing, { answer }] = await Promise.all([
    readLog && log && missingLines(readLog, log, runs),
    askWrongToken(clientOf(url, protocol, options)),
  ]);
  const wrongToken = answer === "refused" || answer === "accepted" ? answer : undefined;
  return { flows, ...(wrongToken && { wrongToken }), ...(missing && { missingLines: missing }) };
}

function clientOf(url: string, protocol: Protocol, options: FlowOptions): RunOptions {
  const { target, secrets, timeoutMs } = options;
  const names = { ssh: target.ssh, application: target.application };
  return { url, protocol, token: secrets.token ?? "", ca: secrets.ca, timeoutMs, names };
}

function flowOf(url: string, { rows, failure, seen }: Run, token: string): Flow {
  const mask = masking(token);
  const shown = rows.map((row) => ({ ...row, detail: mask(row.detail) }));
  return {
    ...{ url, rows: shown },
    ...(failure && seen && { failure: { hop: failure.hop, cause: mask(failure.cause), seen } }),
  };
}

async function missingLines(readLog: ReadLog, log: LogLines, runs: readonly Run[]): Promise<string[]> {
  const values = runs.filter(({ failure }) => !failure).map((each) => each.values);
  const patience = { ...log, logWithin: Math.min(log.logWithin, 3_000) };
  return awaitLines(readLog, patience, values).catch(() => [...log.logLines]);
}
