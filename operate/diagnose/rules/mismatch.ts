import { answered } from "../../../infra/handshake/seen.ts";
import type { Observations } from "../observations.ts";
import type { PlainOpen } from "../outside/observed.ts";
import { type Failed, flowRule, hopOf, met } from "./client.ts";
import { backendLog } from "./fix.ts";
import { restored } from "./pm2.ts";
import { type Rule, worry } from "./rule.ts";

/*
 * The connection comes about, and what comes over it is not what the client awaits. That says nothing of users by itself:
 * the client may be the one that is wrong.
 */

const opens: Partial<Record<PlainOpen, string>> = {
  held: "the connection opens and is held",
  closed: "the connection opens, and is closed where a client says nothing",
};

/** What came instead, for the end of a sentence. */
function got({ failure: { seen } }: Failed): string {
  const { received = [], closeCode, closeReason, waitedMs = 0, refused } = seen;
  if (refused) return refused;
  if (closeCode !== undefined) return `close ${closeCode}${closeReason ? ` ${closeReason}` : ""}`;
  return received.length > 0 ? answered({ received }) : `nothing within ${waitedMs / 1000} s`;
}

const notDeployed = ({ target }: Observations) => (target.named === undefined ? {} : { unknown: true });

/** By the operator's own script: as likely out of date as the backend is broken. */
const ownScript = flowRule((seen, flow) => {
  const state = opens[flow.plainOpen ?? "refused"];
  const { hop, seen: met_ } = flow.failure;
  if (!state || !met_.script) return undefined;
  return {
    ...notDeployed(seen),
    cause: `${state}, but the script's step ${hop} got ${got(flow)}: the script, or the backend's protocol, has changed`,
    evidence: [met(flow)],
    fix: [
      ...(seen.inside?.backend.altered.length ? restored(seen.target, seen.inside) : []),
      "# compare the script with what the backend speaks: docs/handshake.md",
      backendLog(seen.target),
    ],
    worry: worry.script,
  };
});

/** Without a stack it is a guess what the backend speaks. */
const otherProtocol = flowRule((seen, flow) => {
  const { target, outside } = seen;
  const { hop } = flow.failure;
  if (target.named === undefined || flow.plainOpen === undefined || flow.failure.seen.closeCode === 1006)
    return undefined;
  const beyond = hop !== "upgrade";
  if (!beyond && !refusesPath(flow)) return undefined;
  const { handshake } = outside.client;
  return {
    unknown: true,
    cause: beyond
      ? `${opens[flow.plainOpen] ?? "the server answers"}, and the backend does not speak as handshake ${handshake} does: ${flow.failure.cause}`
      : flow.failure.cause,
    evidence: [met(flow)],
    fix: speaksSocketIo(flow)
      ? asSocketIo(seen, target.named)
      : [
          "# say what the backend speaks, and its address as clients use it:",
          `# npm run diagnose -- ${withoutHandshake(target.named)} --handshake PRESET   (or --script FILE: docs/handshake.md)`,
        ],
    worry: flow.plainOpen === "refused" ? worry.ownAddress : worry.script,
  };
});

/** Engine.IO's own words. */
const speaksSocketIo = ({ failure: { seen } }: Failed) => /Transport unknown/.test(seen.body ?? "");

/** A query is not shown, so it is left to whoever knows it. */
function asSocketIo({ target }: Observations, named: string): string[] {
  const line = `npm run diagnose -- ${withoutHandshake(named)} --handshake socket.io`;
  return target.urls.every((url) => new URL(url).search === "")
    ? ["# look as its clients do:", line]
    : ["# look as its clients do, with the query that you gave:", `# ${line}`];
}

const withoutHandshake = (named: string) => named.replace(/ ?--(handshake|script) ('[^']*'|\S+)/, "");

/** The server answers, and takes no WebSocket of this kind there: the address may be all that is wrong. */
const refusesPath = ({ failure: { seen } }: Failed) => [200, 400, 404, 405, 426].includes(seen.status ?? 0);

/** A client that says nothing is one that such a backend never served. */
const closesOnSilence = flowRule((seen, flow) => {
  if (flow.failure.hop !== "stays open" || hopOf(flow, flow.failure.hop) !== "protocol") return undefined;
  return {
    cause: flow.failure.cause,
    evidence: [met(flow)],
    fix: ["# say in handshake what clients say: docs/handshake.md", seen.target.up, backendLog(seen.target)],
    worry: worry.script,
  };
});

export const mismatchRules: readonly Rule[] = [ownScript, otherProtocol, closesOnSilence];
