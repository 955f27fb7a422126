import type { HopName } from "../hop-names.ts";
import type { Observations } from "../observations.ts";
import type { Flow } from "../outside/observed.ts";
import { trustedByNobodyHere } from "./certificate.ts";
import type { Finding, Rule } from "./rule.ts";

/** Where on its way a client stopped, in the words of the table. Steps of a script have names of their own. */
export function hopOf(hop: string): HopName {
  if (hop === "name" || hop === "tcp" || hop === "tls" || hop === "upgrade") return hop;
  if (/ping|heart/i.test(hop)) return "heartbeat";
  if (/second|sync|create|delete|close/i.test(hop)) return "sync";
  return "token";
}

/** A client that stopped on its way. */
export type Failed = Flow & { failure: NonNullable<Flow["failure"]> };

export const failedFlows = (seen: Observations): Failed[] =>
  seen.outside.flows.filter(
    (flow): flow is Failed =>
      flow.failure !== undefined && !(trustedByNobodyHere(seen) && flow.failure.hop === "tls"),
  );

/** A rule about what the client itself met, where nothing on the host explains it better. */
export const flowRule =
  (look: (seen: Observations, flow: Failed) => Omit<Finding, "hop" | "severity"> | undefined): Rule =>
  (seen) => {
    const [flow] = failedFlows(seen);
    const found = flow && look(seen, flow);
    return found && { hop: hopOf(flow.failure.hop), severity: "fail", ...found };
  };

/** What it met, as evidence. */
export const met = ({ url, failure }: Failed) => `${url}: ${failure.cause}`;
