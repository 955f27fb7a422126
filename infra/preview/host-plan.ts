import * as pulumi from "@pulumi/pulumi";
import { connectOnceBooted } from "../host/boot-wait.ts";
import type { HostConnection } from "../host/connection.ts";
import type { Facts } from "../host/facts.ts";
import { gatherFacts } from "../host/gather.ts";
import { holdUp } from "../host/hold.ts";
import { connect, type SshSession } from "../host/ssh.ts";
import { SshError } from "../host/ssh-error.ts";
import { mark } from "../profile.ts";
import { readable } from "../readable-error.ts";
import { type PortSettings, portSets } from "../render/ports.ts";
import type { Release } from "../render/release.ts";
import { describeStart } from "../render/start/start.ts";
import type { Called } from "../settings/application-key.ts";
import { applicationsOf } from "../settings/applications.ts";
import { isLater, type Settings } from "../settings/schema.ts";
import { beforeOrder } from "./acme/before-order.ts";
import { termsToAgree } from "./acme/terms.ts";
import { capacityText } from "./capacity.ts";
import { checkNotes, resolved } from "./checks.ts";
import { desiredPayloads, type Known } from "./desired-payloads.ts";
import { findingsOf } from "./found/findings.ts";
import { briefs, knownStepPlans, type StepBrief } from "./host-step-plans.ts";
import { memoryNotes } from "./memory.ts";
import { refusals } from "./refusals.ts";
import { runningElsewhere, waitForRun } from "./wait-for-run.ts";

/** What an `up` would do with the host, as its facts tell before anything is done. */
export interface HostPlan {
  /** Undefined where the host did not answer a preview. */
  facts?: Facts;
  /** Why it did not answer. */
  silence?: string;
  /** Why an `up` would stop before it changes anything. */
  refused: string[];
  /** What serves on a host that this package has not set up yet. */
  findings: string[];
  /** What is worth knowing, and stops nothing. */
  notes: string[];
  /** How many connections the host holds, where a number is expected. */
  capacity?: string;
  /** How each release starts, and what is worth knowing of it. */
  releases: (Called & { starts: string; notes: string[] })[];
  /** What an `up` does with each step, as far as the settings tell; none where the host was silent. */
  steps: Record<string, StepBrief>;
}

/** A plan as the steps take it. */
export interface PlannedHost {
  hostPlan: pulumi.Output<HostPlan>;
  /** Why the host did not answer a preview. Undefined also where only the `up` knows which host it is. */
  silence: Promise<string | undefined>;
  /** Whether it is known by now that it did, as it is where the plan was made before the component. */
  answered: boolean;
}

/** The plan of a component, whose host may be known only later. */
export function planHost(
  settings: Settings,
  connection: pulumi.Output<HostConnection>,
  owner: string,
): PlannedHost {
  const made = [settings.host, settings.hostKey].some(isLater);
  const later = [settings.host, settings.hostKey, settings.privateKey].some(isLater);
  const seen = pulumi
    .all([settings.host, connection])
    .apply(([host, known]) => readable(hostPlan({ ...settings, host }, known, owner, made)));
  const { host, port, user } = settings;
  return {
    answered: !later && hostPlans.get(keyOf({ host: String(host), port, user }))?.answered === true,
    hostPlan: pulumi.unsecret(seen), // a configured private key made it secret
    silence: later
      ? Promise.resolve(undefined)
      : new Promise((resolve) => seen.apply((it) => resolve(it.silence))),
  };
}

const hostPlans = new Map<string, { owner: string; plan: Promise<HostPlan>; answered: boolean }>();
const keyOf = ({ host, port, user }: Pick<HostConnection, "host" | "port" | "user">) =>
  JSON.stringify([host, port, user]);

/**
 * Looks at the host, once a run: in a preview and in an `up` alike. An `up` of a host that does not answer, or that
 * must not begin, ends here; a preview goes on and says so.
 *
 * @param owner the desired owner of the host, as `ownerName` says it
 * @param made whether this run may have made the machine, which an `up` then lets boot first
 * @throws SshError where the host does not answer an `up`, or shows another key than the pinned one
 */
export async function hostPlan(
  settings: Known,
  connection: HostConnection,
  owner: string,
  made = false,
): Promise<HostPlan> {
  const key = keyOf(connection);
  const before = hostPlans.get(key);
  if (before && before.owner !== owner)
    throw new Error(
      `host ${connection.host}: expected one WebSocketHost, found ${before.owner} and ${owner}`,
    );
  if (before) return before.plan;
  const now = makeHostPlan(settings, connection, owner, made);
  const entry = { owner, plan: now, answered: false };
  hostPlans.set(key, entry);
  const { facts } = await now;
  entry.answered = facts !== undefined;
  return now;
}

async function makeHostPlan(
  settings: Known,
  connection: HostConnection,
  owner: string,
  made: boolean,
): Promise<HostPlan> {
  const applications = applicationsOf(settings);
  const say = (line: string) => void pulumi.log.info(line);
  const dry = pulumi.runtime.isDryRun();
  const booted = made && !dry ? connectOnceBooted(connection, { say }) : undefined;
  let dialled: Promise<SshSession> | undefined = booted ?? connect(connection);
  const { packed, wanted } = await meanwhile(dialled, desiredPayloads(settings));
  mark("packed");
  const releases = applications.map(({ called }, i) => startOf(called, packed[i] as Release));
  // Asked again, where it waits for another run.
  const gather = () => {
    const facts = gatherFacts(connection, wanted, dialled);
    dialled = undefined;
    return facts;
  };
  const held = dry ? undefined : holdUp(connection, owner, booted);
  held?.catch(() => {}); // Thrown below, unless there is a better reason to stop.
  const terms = termsToAgree(settings);
  const facts = await (dry ? gather() : waitForRun(gather, { ...settings, owner, say })).catch(silent);
  mark("answered");
  if (typeof facts === "string")
    return { silence: facts, refused: await terms, findings: [], notes: [], releases, steps: {} };
  const { addresses } = await resolved(settings.host);
  const planned = knownStepPlans(facts, wanted, applications);
  const order = await beforeOrder(facts, settings, addresses);
  const refused = [
    ...(dry ? [] : runningElsewhere(facts)),
    ...refusals(facts, planned, settings, owner, applications),
    ...(await terms),
    ...order.filter((each) => each.refused).map(({ text }) => text),
  ];
  if (refused.length > 0 && !dry) throw new Error(["Nothing was changed.", ...refused].join("\n  refused: "));
  await held;
  const unsure = order.filter((each) => !each.refused).map(({ text }) => text);
  const capacity = capacityText(facts, settings);
  const findings = findingsOf(facts, wanted.get("site") ?? "", settings, applications.map(withPorts));
  return {
    facts,
    refused,
    findings,
    notes: [...unsure, ...memoryNotes(facts, settings), ...(await notes(facts, addresses, settings))],
    ...(capacity && { capacity }),
    releases,
    steps: briefs(facts, planned),
  };
}

const startOf = (called: string | undefined, { start, notes }: Release) => ({
  called,
  starts: describeStart(start),
  notes: [...notes, ...start.notes],
});

const withPorts = <T extends PortSettings>(application: T) => ({
  ...application,
  ports: portSets(application),
});

/** The work, while the host is dialled. Where it fails, the connection is for nothing; what the dial says is said later. */
async function meanwhile<T>(dialled: Promise<SshSession>, work: Promise<T>): Promise<T> {
  try {
    dialled.catch(() => {});
    return await work;
  } catch (error) {
    dialled.then((session) => session.close()).catch(() => {});
    throw error;
  }
}

/** The host is known by its own addresses, and by the one at which it is reached. */
async function notes(
  facts: Facts,
  dialled: readonly string[],
  { serverName = [], ...settings }: Known,
): Promise<string[]> {
  // Before an order the names were looked up more closely.
  const ordered = settings.tls === "acme" && !facts.acme?.certificate;
  const balanced = settings.proxyProtocol;
  const names = ordered ? [] : await Promise.all(serverName.map(resolved));
  const addresses = [...dialled, ...facts.addresses];
  return checkNotes(
    { ...facts, addresses },
    names.map((name) => ({ ...name, balanced })),
    applicationsOf(settings).map((each) => ({
      ...{ step: each.step, called: each.called, ports: portSets(each), shared: each.backendShared },
    })),
  );
}

/** A preview tells what the state knows. Another host key is no silence: another machine may have answered. */
function silent(error: unknown): string {
  if (error instanceof SshError && error.hop !== "host key" && pulumi.runtime.isDryRun())
    return error.message;
  throw error;
}
