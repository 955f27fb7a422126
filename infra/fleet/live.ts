import type { Facts } from "../host/facts.ts";
import type { HostPlan } from "../preview/host-plan.ts";
import type { Beforehand } from "./rollout.ts";

/** Whether clients are served by a host before the run, and whether the run changes anything there. */
export function beforehand({ facts, steps }: Pick<HostPlan, "facts" | "steps">): Beforehand {
  const changes = Object.values(steps).some(({ needed }) => needed);
  return { serves: facts !== undefined && serves(facts), changes };
}

/** nginx, or what a person set up in its place, with a backend behind it where that is ours. */
function serves(facts: Facts): boolean {
  const answers = (port: number) => (facts.listeners[port] ?? []).length > 0;
  const own = portsOf(facts);
  return [80, 443].some(answers) && (own.length === 0 || own.some(answers));
}

const portsOf = ({ applications }: Facts) =>
  Object.values(applications).flatMap(({ backend }) => backend?.ports ?? []);

/** Live connections of the backends; undefined of a host that did not answer. */
export function liveConnections(facts: HostPlan["facts"]): number | undefined {
  if (!facts) return undefined;
  return portsOf(facts).reduce((sum, port) => sum + (facts.connections[port] ?? 0), 0);
}
