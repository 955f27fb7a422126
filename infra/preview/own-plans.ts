import type { Drift } from "../host/drift.ts";
import type { Facts } from "../host/facts.ts";
import { parseOptions, planned, type StepPlan } from "./plan.ts";

const nothing = { settings: {}, before: {} };

/** The plan of the host's own command, of which the host tells the SHA-256. */
export function commandPlan(facts: Facts, sum: string): StepPlan {
  const { command } = facts;
  const options = parseOptions(command.options);
  const placed = options.text;
  const edited = command.sum !== undefined && placed !== undefined && !command.sum.startsWith(placed);
  const gone = command.sum === undefined && placed !== undefined;
  const path = "/usr/local/sbin/geo-system";
  const drift = [
    ...(edited ? [{ reason: `${path} was edited on the host` }] : []),
    ...(gone ? [{ reason: `${path} was deleted on the host` }] : []),
  ];
  const changes = placed === sum.slice(0, 8) ? [] : ["text"];
  return planned("command", facts, options, { first: placed === undefined, drift, changes, ...nothing });
}

/**
 * The plan of the backend's secret environment. Of its text only sums are compared, and no reason shows anything of it.
 *
 * @param sum the SHA-256 of the file that is wanted
 */
export function environmentPlan(
  facts: Facts,
  wanted: { file: string; sum: string; options: Record<string, string> },
): StepPlan {
  const { options = "", sum, keptSum, access } = facts.environment ?? {};
  const known = parseOptions(options);
  const drift: Drift[] = [];
  if (keptSum && !sum) drift.push({ reason: `${wanted.file} was deleted on the host` });
  if (keptSum && sum && keptSum !== sum)
    drift.push({ reason: `${wanted.file} was edited on the host (it is secret, so no text is shown)` });
  const expected = facts.user && `${facts.user.name}:${facts.user.group} 0600`;
  if (sum && expected && access !== expected)
    drift.push({ reason: `${wanted.file} is ${access} on the host, expected ${expected}` });
  const script = Object.entries(wanted.options).filter(([name, value]) => known[name] !== value);
  const changes = [...script.map(([name]) => name), ...(keptSum === wanted.sum ? [] : ["environment"])];
  return planned("environment", facts, known, { first: !keptSum, drift, changes, ...nothing });
}
