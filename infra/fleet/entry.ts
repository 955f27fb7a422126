import { type Resolved, resolved } from "../preview/checks.ts";

/** What a look at the names of a fleet found. */
export interface EntryFindings {
  /** Why an `up` must not begin. */
  refused: string[];
  /** What is worth knowing, and stops nothing. */
  notes: string[];
}

/** A host of the fleet, with the addresses at which clients reach it. */
interface Member extends Resolved {
  host: string;
}

/** Asks this machine's resolver, as a client would: where the names lead, and which addresses the hosts have. */
export async function checkEntry(
  names: readonly string[],
  hosts: readonly { name: string; host: string }[],
): Promise<EntryFindings> {
  const [leading, members] = await Promise.all([
    Promise.all(names.map(resolved)),
    Promise.all(hosts.map(async ({ name, host }) => ({ ...(await resolved(host)), name, host }))),
  ]);
  return entryFindings(leading, members);
}

/** Every address of a name must be a host of the fleet: a client that meets another one is lost to it. */
export function entryFindings(names: readonly Resolved[], members: readonly Member[]): EntryFindings {
  const all = names.map((name) => findingsOf(name, members));
  return { refused: all.flatMap(({ refused }) => refused), notes: all.flatMap(({ notes }) => notes) };
}

function findingsOf({ name, addresses }: Resolved, members: readonly Member[]): EntryFindings {
  if (addresses.length === 0)
    return { refused: [], notes: [`entry: ${name} leads nowhere from here, so no client comes by it`] };
  const own = members.flatMap((member) => member.addresses);
  const others = addresses.filter((address) => !own.includes(address));
  const unmet = members.filter((member) => !member.addresses.some((address) => addresses.includes(address)));
  return {
    refused: others.map(
      (address) =>
        `entry: ${name} leads to ${address}, expected hosts of this fleet only (${members.map(({ host }) => host).join(", ")}); take it out of the DNS, or add it to hosts`,
    ),
    notes: unmet.map(
      ({ name: member, host }) =>
        `entry: ${name} does not lead to ${host}, so no client comes to host ${member} by it`,
    ),
  };
}
