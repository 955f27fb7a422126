import { RunError } from "@pulumi/pulumi";
import { withHostKeys } from "../host/pinned.ts";
import { progress } from "../preview/progress.ts";
import { readable } from "../readable-error.ts";
import { releaseProblems } from "../settings/backend-problems.ts";
import type { WebSocketFleetArgs } from "../settings/fleet.ts";
import { membersOf, validateFleet } from "../settings/validate-fleet.ts";
import { hostName } from "./host-name.ts";

/**
 * Arguments with the host keys filled in, for a program that knows its hosts beforehand: what is wrong with the
 * arguments, or with a connection, is then said of all hosts before any resource is registered.
 *
 * @param name of the `WebSocketFleet` to come
 * @throws RunError where a host key is not known, or where an `up` cannot begin on one of the hosts
 */
export async function fleetWithHostKeys(
  name: string,
  raw: Record<string, unknown>,
): Promise<WebSocketFleetArgs> {
  const members = membersOf(raw);
  const problems = await Promise.all(members.map(({ args }) => readable(releaseProblems(args, progress))));
  const fleet = validateFleet(raw, (index) => problems[index] ?? []);
  const pinned = await Promise.allSettled(
    fleet.hosts.map((host) => withHostKeys(hostName(name, host.name), host.args)),
  );
  const why = pinned.flatMap((each, i) =>
    each.status === "rejected" ? [`${fleet.hosts[i]?.name}: ${(each.reason as Error).message}`] : [],
  );
  if (why.length > 0) throw new RunError(why.join("\n"));
  const args = pinned.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  return {
    ...(raw as unknown as WebSocketFleetArgs),
    hosts: args.map((each, i) => ({ ...each, name: fleet.hosts[i]?.name ?? "" })),
  };
}
