import { lookup } from "node:dns/promises";
import { type AcmeFact, type Facts, type FactsOfOne, factsOf } from "../host/facts.ts";
import { renewalTrouble } from "../host/renewal.ts";
import type { PortSets } from "../render/ports.ts";
import type { Called } from "../settings/application-key.ts";
import type { BackendStep } from "../step-names.ts";
import { writtenNotes } from "./data.ts";
import { exposedNotes } from "./exposed.ts";
import { workerNotes } from "./workers.ts";

const day = 24 * 60 * 60 * 1000;
/** A certificate that this package renews has at least this long when nobody forgot it. */
const warnDays = 14;

/** A name and the addresses that it leads to from here; none where it leads nowhere. */
export interface Resolved {
  name: string;
  addresses: string[];
  /** Whether it is to lead to a load balancer, which speaks the PROXY protocol to the host. */
  balanced?: boolean;
}

/** What of an application is worth a note. */
interface Application extends Called {
  step: BackendStep;
  ports?: PortSets;
  shared: readonly string[];
}

/**
 * What is worth knowing of the host, and stops nothing.
 *
 * @param applications of the host: their ports, and the wanted paths that survive a release
 */
export function checkNotes(
  facts: Facts,
  names: readonly Resolved[] = [],
  applications: readonly Application[] = [],
): string[] {
  return [
    ...othersAtWork(facts),
    ...certificateEnds(facts),
    ...applications.flatMap(({ step, ports }) => (ports ? holdsOn(factsOf(facts, step), ports) : [])),
    ...workerNotes(facts),
    ...exposedNotes(facts),
    ...applications.flatMap((each) => writtenNotes(factsOf(facts, each.step), each.shared, each)),
    ...names.flatMap((name) => leadsElsewhere(name, facts)),
  ];
}

/** Asks this machine's resolver, as a client of the site would. */
export async function resolved(name: string): Promise<Resolved> {
  const answers = await lookup(name, { all: true }).catch(() => []); // That it leads nowhere is the finding.
  return { name, addresses: answers.map(({ address }) => address) };
}

const renewalNotes = (acme: AcmeFact, time: number): string[] => {
  const trouble = renewalTrouble(acme, time);
  return trouble?.lasting ? [trouble.text] : [];
};

function othersAtWork({ running }: Facts): string[] {
  return running ? [`another run is at work on this host, and may change what follows: ${running}`] : [];
}

/** A process that was started by hand keeps its port and its connections; the release is on the other one. */
function holdsOn({ backend, foreign, taken }: FactsOfOne, { a, b }: PortSets): string[] {
  const [own, other] = backend?.set === "b" ? [b, a] : [a, b];
  if (backend?.asks) return [];
  return own.flatMap((port) =>
    foreign[port] && taken !== port
      ? [
          `port ${port} is held by ${foreign[port]}, which this package did not start: the release goes to port ${other.join(", ")}, and nginx leads there; that process is left alone with its connections, so end it before the release after this one`,
        ]
      : [],
  );
}

function leadsElsewhere(
  { name, addresses, balanced = false }: Resolved,
  { addresses: own }: Facts,
): string[] {
  const past = addresses.find((address) => own.includes(address));
  if (balanced && past !== undefined)
    return [
      `serverName: ${name} leads to ${past}, which is this host, past the balancer: with proxyProtocol a client is refused there`,
    ];
  if (past !== undefined || (balanced && addresses.length > 0)) return [];
  return addresses.length === 0
    ? [`serverName: ${name} leads nowhere from here, so no client reaches the site by it`]
    : [
        `serverName: ${name} leads to ${addresses.join(", ")}, and this host has ${own.join(", ")}; behind a cloud's or a router's own address that is expected`,
      ];
}

function certificateEnds({ certificate, time, acme, applied }: Facts): string[] {
  // One that the host renews ends soon by its nature; one that is about to be ordered replaces it.
  if (acme) return acme.certificate && applied.acme ? renewalNotes(acme, time) : [];
  // One by ACME is replaced by the kind that is wanted now.
  if (applied.acme) return [];
  if (!certificate) return [];
  const days = Math.floor((certificate.ends - time) / day);
  if (days >= warnDays) return [];
  return [
    days < 0 ? "the certificate on the host has ended" : `the certificate on the host ends in ${days} days`,
  ];
}
