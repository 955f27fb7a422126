import * as pulumi from "@pulumi/pulumi";
import type { HostConnection } from "../host/connection.ts";
import type { Facts } from "../host/facts.ts";
import { gatherFacts } from "../host/gather.ts";
import { holdUp } from "../host/hold.ts";
import { connect, type SshSession } from "../host/ssh.ts";
import { SshError } from "../host/ssh-error.ts";
import { mark } from "../profile.ts";
import { readable } from "../readable-error.ts";
import { acmePayload } from "../render/acme.ts";
import { capacityPayload } from "../render/capacity.ts";
import { renderBackend, renderSecretEnvironment } from "../render/ecosystem.ts";
import { type FileSet, fileSetPayload, packFileSetOnce } from "../render/file-set.ts";
import { firewallPayload } from "../render/firewall.ts";
import { handshakeProgram } from "../render/handshake-program.ts";
import { packagesPayload } from "../render/packages.ts";
import { type PortSettings, portSets } from "../render/ports.ts";
import type { Release } from "../render/release.ts";
import { packReleaseOnce } from "../render/release-once.ts";
import { commandSum, type ScriptedStep, scriptHash } from "../render/scripts.ts";
import { sitePayload } from "../render/site.ts";
import { describeStart } from "../render/start/start.ts";
import type { Called } from "../settings/application-key.ts";
import { type Application, applicationsOf } from "../settings/applications.ts";
import { fileRoutesOf } from "../settings/routes.ts";
import { isLater, type Settings } from "../settings/schema.ts";
import { environmentStep } from "../step-names.ts";
import { beforeOrder } from "./acme/before-order.ts";
import { termsToAgree } from "./acme/terms.ts";
import { capacityText } from "./capacity.ts";
import { checkNotes, resolved } from "./checks.ts";
import { findingsOf } from "./found/findings.ts";
import { memoryNotes } from "./memory.ts";
import { commandPlan, environmentPlan } from "./own-plans.ts";
import { type StepPlan, stepPlan } from "./plan.ts";
import { progress } from "./progress.ts";
import { refusals } from "./refusals.ts";
import { atWork, inTurn } from "./turn.ts";

/** What a run saw of the host before it did anything. */
export interface Look {
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

/** A plan in short. */
export interface StepBrief {
  needed: boolean;
  first: boolean;
  drifted: boolean;
  reach: string;
}

/** The settings that a look needs, with the host known. */
type Known = Pick<
  Settings,
  Exclude<keyof Settings, "hostKey" | "privateKey" | "privateKeyPassword" | "host">
> & { host: string };

/** A look as the steps take it. */
export interface Looked {
  look: pulumi.Output<Look>;
  /** Why the host did not answer a preview. Undefined also where only the `up` knows which host it is. */
  silence: Promise<string | undefined>;
  /** Whether it is known by now that it did, as it is where the look came before the component. */
  answered: boolean;
}

/** The look of a component, whose host may be known only later. */
export function lookAt(settings: Settings, connection: pulumi.Output<HostConnection>, owner: string): Looked {
  const seen = pulumi
    .all([settings.host, connection])
    .apply(([host, known]) => readable(look({ ...settings, host }, known, owner)));
  const later = [settings.host, settings.hostKey, settings.privateKey].some(isLater);
  const { host, port, user } = settings;
  return {
    answered: !later && looks.get(keyOf({ host: String(host), port, user }))?.answered === true,
    look: pulumi.unsecret(seen), // a configured private key made it secret
    silence: later
      ? Promise.resolve(undefined)
      : new Promise((resolve) => seen.apply((it) => resolve(it.silence))),
  };
}

const looks = new Map<string, { owner: string; look: Promise<Look>; answered: boolean }>();
const keyOf = ({ host, port, user }: Pick<HostConnection, "host" | "port" | "user">) =>
  JSON.stringify([host, port, user]);

/**
 * Looks at the host, once a run: in a preview and in an `up` alike. An `up` of a host that does not answer, or that
 * must not begin, ends here; a preview goes on and says so.
 *
 * @param owner the desired owner of the host, as `ownerName` says it
 * @throws SshError where the host does not answer an `up`, or shows another key than the pinned one
 */
export async function look(settings: Known, connection: HostConnection, owner: string): Promise<Look> {
  const key = keyOf(connection);
  const before = looks.get(key);
  if (before && before.owner !== owner)
    throw new Error(
      `host ${connection.host}: expected one WebSocketHost, found ${before.owner} and ${owner}`,
    );
  if (before) return before.look;
  const now = lookNow(settings, connection, owner);
  const entry = { owner, look: now, answered: false };
  looks.set(key, entry);
  const { facts } = await now;
  entry.answered = facts !== undefined;
  return now;
}

async function lookNow(settings: Known, connection: HostConnection, owner: string): Promise<Look> {
  const applications = applicationsOf(settings);
  let dialled: Promise<SshSession> | undefined = connect(connection);
  const { packed, wanted } = await meanwhile(dialled, rendered(settings));
  mark("packed");
  const releases = applications.map(({ called }, i) => startOf(called, packed[i] as Release));
  // Asked again, where it waits for another run.
  const gather = () => {
    const facts = gatherFacts(connection, wanted, dialled);
    dialled = undefined;
    return facts;
  };
  const say = (line: string) => void pulumi.log.info(line);
  const dry = pulumi.runtime.isDryRun();
  const held = dry ? undefined : holdUp(connection, owner);
  held?.catch(() => {}); // Thrown below, unless there is a better reason to stop.
  const terms = termsToAgree(settings);
  const facts = await (dry ? gather() : inTurn(gather, { ...settings, owner, say })).catch(silent);
  mark("answered");
  if (typeof facts === "string")
    return { silence: facts, refused: await terms, findings: [], notes: [], releases, steps: {} };
  const { addresses } = await resolved(settings.host);
  const planned = plans(facts, wanted, applications);
  const order = await beforeOrder(facts, settings, addresses);
  const refused = [
    ...(dry ? [] : atWork(facts)),
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

async function rendered(settings: Known) {
  const packed = await Promise.all(applicationsOf(settings).map((each) => packReleaseOnce(each, progress)));
  const sets = await Promise.all(
    fileRoutesOf(settings).map((route) => packFileSetOnce(route, settings, progress)),
  );
  return { packed, wanted: await wantedPayloads(settings, packed, sets) };
}

function briefs(facts: Facts, planned: ReadonlyMap<string, StepPlan>): Look["steps"] {
  const all = [["command", commandPlan(facts, commandSum())] as const, ...planned];
  return Object.fromEntries(
    all.map(([step, { needed, first, drift, reach }]) => [
      step,
      { needed, first, drifted: drift.length > 0, reach: reach.text },
    ]),
  );
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

/** The payloads that are known before any resource: all but the certificate's and the secret environment's. */
async function wantedPayloads(
  settings: Known,
  releases: readonly Release[],
  sets: readonly FileSet[],
): Promise<Map<ScriptedStep, string>> {
  const capacity = capacityPayload(settings);
  const prover = await handshakeProgram();
  return new Map<ScriptedStep, string>([
    ["packages", packagesPayload(settings)],
    ["firewall", firewallPayload(settings)],
    ...sets.map((set) => [`file-set-${set.route.name}`, fileSetPayload(set, settings)] as const),
    ...(capacity === undefined ? [] : [["capacity", capacity] as const]),
    ["site", sitePayload(settings, settings.host)],
    ...(settings.tls === "acme" ? [["acme", acmePayload(settings, settings.host)] as const] : []),
    ...applicationsOf(settings).map(
      (each, i) => [each.step, renderBackend(each, releases[i] as Release, prover)] as const,
    ),
  ]);
}

/** The plans that are known before any resource. */
function plans(
  facts: Facts,
  wanted: ReadonlyMap<ScriptedStep, string>,
  applications: readonly Application<Known>[],
): Map<string, StepPlan> {
  const options = (step: ScriptedStep) => ({ script: scriptHash(step) });
  const known = new Map<string, StepPlan>(
    [...wanted].map(([step, payload]) => [step, stepPlan(step, facts, { payload, options: options(step) })]),
  );
  for (const backend of applications) {
    const secrets = backend.backendSecretEnvironment;
    if (isLater(secrets)) continue;
    // The token beside the secrets restarts nothing.
    const payload = renderSecretEnvironment(backend, secrets as Record<string, string>, "");
    const plan = environmentPlan(facts, { payload, options: options(backend.step), backend });
    known.set(environmentStep(backend.step), plan);
  }
  return known;
}
