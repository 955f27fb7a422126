import { backendLog, type HostNames, type Reading } from "./advice.ts";
import type { HandshakeFailure } from "./failure.ts";
import { Hops } from "./hops.ts";
import type { HandshakeRow } from "./report.ts";
import type { Run } from "./run.ts";

/** A backend of several processes, as the proof from outside knows it. */
export interface Instances {
  count: number;
  /** Proves each of them on the host, where it is known which process took a connection. */
  proveOnHost: () => Promise<OnHost>;
}

export interface OnHost {
  ok: boolean;
  /** `met 3 of 3 instances in 3 tries`, or which one failed and why. */
  said: string;
}

/** From outside each connection meets whichever process has its turn: so many more than there are processes. */
const triesForEach = 3;
const mostTries = 24;
/** At one time: an account may have only so many connections. */
const atOnce = 4;

interface InstancesHop {
  rows: HandshakeRow[];
  failure?: HandshakeFailure;
}

/**
 * The hop of a backend with several processes: a default client must get in whichever of them it meets, and each must
 * pass on the host. Not reached where a first client failed.
 */
export async function proveInstancesHop(
  runs: readonly Run[],
  instances: Instances | undefined,
  again: () => Promise<Run>,
  names: HostNames,
): Promise<InstancesHop> {
  if (!instances || instances.count < 2) return { rows: [] };
  const hops = new Hops("ssh", [{ name: "instances" }]);
  if (runs.some(({ failure }) => failure)) return { rows: hops.rows };
  const tries = Math.min(instances.count * triesForEach, mostTries);
  const failed = (await repeated(tries, again)).flatMap(({ failure }) => failure ?? []);
  const reading = failed[0]
    ? someFailed(failed[0], failed.length, tries, instances.count)
    : await failedOnHost(instances, names, (said) =>
        hops.pass(`${said}; ${tries} more clients from outside`),
      );
  if (reading) hops.fail(reading.cause);
  return { rows: hops.rows, ...(reading && { failure: { url: "ssh", hop: "instances", ...reading } }) };
}

async function repeated(tries: number, again: () => Promise<Run>): Promise<Run[]> {
  const runs: Run[] = [];
  while (runs.length < tries) {
    const wave = Math.min(atOnce, tries - runs.length);
    runs.push(...(await Promise.all(Array.from({ length: wave }, again))));
  }
  return runs;
}

function someFailed(first: HandshakeFailure, failed: number, tries: number, count: number): Reading {
  return {
    cause: `${failed} of ${tries} more clients failed, the first at ${first.hop}: ${first.cause}. The backend runs as ${count} processes, and these clients met one after the other`,
    next: first.next,
  };
}

async function failedOnHost(
  { proveOnHost }: Instances,
  names: HostNames,
  passed: (said: string) => void,
): Promise<Reading | undefined> {
  const { ok, said } = await proveOnHost();
  if (ok) passed(said);
  return ok ? undefined : { cause: said, next: backendLog(names) };
}
