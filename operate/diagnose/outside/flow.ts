import { exampleScript } from "../../../infra/handshake/example-script.ts";
import { awaitLines, type ReadLog } from "../../../infra/handshake/log.ts";
import { masking } from "../../../infra/handshake/mask.ts";
import { type Run, runScript } from "../../../infra/handshake/run.ts";
import { type HandshakeScript, handshakeScript } from "../../../infra/handshake/script.ts";
import { placeholders } from "../../../infra/handshake/values.ts";
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
  const script = handshakeScript.parse(secrets.script ?? exampleScript);
  const known = secrets.token === undefined ? withoutToken(script) : script;
  const runs = await Promise.all(target.urls.map((url) => run(url, known, options)));
  const flows = runs.map((each, i) => flowOf(target.urls[i] ?? "", each, secrets.token ?? ""));
  const passed = runs.find(({ failure }) => !failure);
  if (!passed || secrets.token === undefined) return { flows };
  const url = target.urls[runs.indexOf(passed)] ?? "";
  const [missing, wrongToken] = await Promise.all([
    readLog && missingLines(readLog, script, runs),
    tryWrongToken(url, script, options),
  ]);
  return { flows, ...(wrongToken && { wrongToken }), ...(missing && { missingLines: missing }) };
}

function run(url: string, script: HandshakeScript, options: FlowOptions, token = options.secrets.token) {
  const { target, secrets, timeoutMs } = options;
  const names = { ssh: target.ssh, application: target.application };
  return runScript({ url, script, token: token ?? "", ca: secrets.ca, timeoutMs, names });
}

function flowOf(url: string, { rows, failure, seen }: Run, token: string): Flow {
  const mask = masking(token);
  const shown = rows.map((row) => ({ ...row, detail: mask(row.detail) }));
  return {
    ...{ url, rows: shown },
    ...(failure && seen && { failure: { hop: failure.hop, cause: mask(failure.cause), seen } }),
  };
}

/** As far as one gets without a token: the upgrade. */
const withoutToken = (script: HandshakeScript): HandshakeScript => ({ ...script, clients: {}, steps: [] });

/** Only so far that the token has been shown and the answer to it is due: nothing may change on the host. */
async function tryWrongToken(url: string, script: HandshakeScript, options: FlowOptions) {
  const first = script.steps.findIndex(({ send }) => send && placeholders(send).includes("token"));
  const inUrl = placeholders(script.clients[1]?.query ?? {}).includes("token");
  if (first < 0 && !inUrl) return undefined;
  const answered = script.steps.findIndex(({ expect }, i) => i >= first && expect !== undefined);
  const short = { ...script, steps: script.steps.slice(0, (answered < 0 ? first : answered) + 1) };
  const { failure } = await run(url, short, options, "not-a-token");
  return failure ? "refused" : "accepted";
}

async function missingLines(readLog: ReadLog, script: HandshakeScript, runs: readonly Run[]) {
  const values = runs.filter(({ failure }) => !failure).map((each) => each.values);
  const patience = { ...script, logWithin: Math.min(script.logWithin, 3_000) };
  return awaitLines(readLog, patience, values).catch(() => script.logLines);
}
