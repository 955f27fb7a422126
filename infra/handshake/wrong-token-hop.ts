import type { HandshakeFailure } from "./failure.ts";
import { Hops } from "./hops.ts";
import type { HandshakeRow } from "./report.ts";
import type { Run, RunOptions } from "./run.ts";
import { askWrongToken } from "./wrong-token.ts";

interface WrongTokenHop {
  rows: HandshakeRow[];
  warning?: HandshakeFailure;
}

const hop = "wrong token";
/** A backend that leaves such a client without an answer does not keep an `up` waiting. */
const patienceMs = 3_000;

/**
 * Whether a wrong token is refused: no failure where it is not, and a warning, since whoever configured a token counts on
 * it. Not reached where a first client failed.
 *
 * @param client shows the right token
 */
export async function proveWrongToken(runs: readonly Run[], client: RunOptions): Promise<WrongTokenHop> {
  if (!client.protocol.showsToken || client.token === "") return { rows: [] };
  const hops = new Hops("", [{ name: hop }]);
  const { rows } = hops;
  if (runs.some(({ failure }) => failure)) return { rows };
  const timeoutMs = Math.min(client.timeoutMs, patienceMs);
  const { answer, said } = await askWrongToken({ ...client, timeoutMs });
  if (answer === "accepted" || answer === "not wanted") {
    hops.warn("any token is let in");
    return { rows, warning: { url: "", hop, cause: `any token is let in: ${said}`, next } };
  }
  if (answer === "refused") hops.pass("refused");
  else hops.unasked(`not known: ${said}`);
  return { rows };
}

const next =
  "let the backend check it, or choose a handshake that shows it where the backend looks (docs/handshake.md); where anybody may connect, remove handshakeToken";
