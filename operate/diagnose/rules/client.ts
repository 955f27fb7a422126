import type { HopName } from "../hop-names.ts";
import type { Observations } from "../observations.ts";
import type { Flow } from "../outside/observed.ts";
import { trustedByNobodyHere } from "./certificate.ts";
import type { Finding, Rule } from "./rule.ts";

const subjects = { token: "token", ping: "heartbeat", sync: "sync", log: "log" } as const;

/** Where on its way a client stopped, in the words of the table. What a protocol calls its own has names of its own. */
export function hopOf({ rows }: Pick<Flow, "rows">, hop: string): HopName {
  if (hop === "name" || hop === "tcp" || hop === "tls" || hop === "upgrade") return hop;
  const about = rows.find((row) => row.hop === hop)?.about;
  return about ? subjects[about] : "protocol";
}

/** A client that stopped on its way. */
export type Failed = Flow & { failure: NonNullable<Flow["failure"]> };

export const failedFlows = (seen: Observations): Failed[] =>
  seen.outside.flows.filter(
    (flow): flow is Failed =>
      flow.failure !== undefined && !(trustedByNobodyHere(seen) && flow.failure.hop === "tls"),
  );

/** Whether a client went all its way, on every address. */
export const clientsPass = ({ outside: { flows } }: Pick<Observations, "outside">) =>
  flows.length > 0 && flows.every(({ failure }) => !failure);

/** A rule about what the client itself met, where nothing on the host explains it better. */
export const flowRule =
  (look: (seen: Observations, flow: Failed) => Omit<Finding, "hop" | "severity"> | undefined): Rule =>
  (seen) => {
    const [flow] = failedFlows(seen);
    const found = flow && look(seen, flow);
    return found && { hop: hopOf(flow, flow.failure.hop), severity: "fail", ...found };
  };

/** What it met, as evidence. */
export const met = ({ url, failure }: Failed) => `${url}: ${failure.cause}`;
