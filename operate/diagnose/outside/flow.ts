import { awaitLines, type ReadLog } from "../../../infra/handshake/log.ts";
import { masking, shownUrl } from "../../../infra/handshake/mask.ts";
import type { LogLines, Protocol } from "../../../infra/handshake/protocol.ts";
import { protocolOf } from "../../../infra/handshake/protocols/table.ts";
import { type Run, type RunOptions, runProtocol } from "../../../infra/handshake/run.ts";
import { askWrongToken, type TokenAnswer } from "../../../infra/handshake/wrong-token.ts";
import type { ClientSecrets, Target } from "../../target/target.ts";
import { urlSecrets } from "../../target/url-secret.ts";
import type { Flow, Outside, PlainOpen } from "./observed.ts";
import { openingOnly, silentClient } from "./opening-only.ts";
import { tokenInUrl } from "./url-token.ts";

interface FlowOptions {
  target: Target;
  secrets: ClientSecrets;
  timeoutMs: number;
  /** The backend's log from before the flow on; absent where the login failed. */
  readLog?: ReadLog | undefined;
}

type FlowSeen = Pick<Outside, "flows" | "client" | "wrongToken" | "missingLines">;

/** The client's whole way on every address, then with a wrong token, then the traces of it in the backend's log. */
export async function seeFlows(options: FlowOptions): Promise<FlowSeen> {
  const { target, secrets, readLog } = options;
  const protocol = protocolOf(secrets.handshake);
  const knows = knowsItsToken(secrets, protocol);
  const known = knows ? protocol : openingOnly(protocol);
  const runs = await Promise.all(target.urls.map((url) => runProtocol(clientOf(url, known, options))));
  const flows = await Promise.all(
    runs.map((each, i) => flowOf(target.urls[i] ?? "", each, protocol, options)),
  );
  const client = clientSeen(target, secrets, protocol);
  const passed = runs.find(({ failure }) => !failure);
  if (!passed || !knows) return { flows, client };
  const url = target.urls[runs.indexOf(passed)] ?? "";
  const { log } = protocol;
  const [missing, wrongToken] = await Promise.all([
    readLog && log && missingLines(readLog, log, runs),
    wrongTokenOn(url, protocol, options),
  ]);
  return { flows, client, wrongToken, ...(missing && { missingLines: missing }) };
}

/** Else a client gets as far as the upgrade. */
const knowsItsToken = ({ token }: ClientSecrets, protocol: Protocol) =>
  token !== undefined || !protocol.showsToken;

function clientSeen(target: Target, secrets: ClientSecrets, protocol: Protocol): Outside["client"] {
  const inUrl = target.urls.some((url) => urlSecrets(new URL(url)).length > 0);
  return {
    handshake: protocol.name,
    knowsToken: knowsItsToken(secrets, protocol),
    showsToken: inUrl || (protocol.showsToken && (secrets.token ?? "") !== ""),
    readsLog: protocol.log !== undefined,
  };
}

/** A token that stands in the URL is replaced there, under whatever name. */
async function wrongTokenOn(url: string, protocol: Protocol, options: FlowOptions): Promise<TokenAnswer> {
  const [inUrl] = urlSecrets(new URL(url));
  const client = inUrl
    ? { ...clientOf(url, tokenInUrl(protocol, inUrl.name), options), token: inUrl.value }
    : clientOf(url, protocol, options);
  return (await askWrongToken(client)).answer;
}

function clientOf(url: string, protocol: Protocol, options: FlowOptions): RunOptions {
  const { target, secrets, timeoutMs } = options;
  const names = { ssh: target.ssh, application: target.application };
  return { url, protocol, token: secrets.token ?? "", ca: secrets.ca, timeoutMs, names };
}

async function flowOf(
  url: string,
  { rows, failure, seen }: Run,
  protocol: Protocol,
  options: FlowOptions,
): Promise<Flow> {
  const mask = masking(options.secrets.token ?? "");
  const shown = rows.map((row) => ({ ...row, detail: mask(row.detail) }));
  if (!failure || !seen) return { url: shownUrl(url), rows: shown };
  const plainOpen = await openPlain(url, failure.hop, protocol, options);
  const { hop, cause } = failure;
  return {
    ...{ url: shownUrl(url), rows: shown, failure: { hop, cause: mask(cause), seen } },
    ...(plainOpen && { plainOpen }),
  };
}

const network = ["name", "tcp", "tls"];

/**
 * What the address does for a client that opens as the protocol does and then says nothing: only that tells, whatever a script expects, whether connections come
 * about. Undefined where not even the port was reached, and for a protocol that is plain requests.
 */
async function openPlain(
  url: string,
  failedAt: string,
  protocol: Protocol,
  options: FlowOptions,
): Promise<PlainOpen | undefined> {
  if (network.includes(failedAt) || protocol.http) return undefined;
  const { rows, failure } = await runProtocol(clientOf(url, silentClient(protocol), options));
  if (!failure) return "held";
  return rows.some(({ hop, status }) => hop === "upgrade" && status === "ok") ? "closed" : "refused";
}

async function missingLines(readLog: ReadLog, log: LogLines, runs: readonly Run[]): Promise<string[]> {
  const values = runs.filter(({ failure }) => !failure).map((each) => each.values);
  const patience = { ...log, logWithin: Math.min(log.logWithin, 3_000) };
  return awaitLines(readLog, patience, values).catch(() => [...log.logLines]);
}
