import * as pulumi from "@pulumi/pulumi";
import type { Addresses } from "../addresses.ts";
import type { Member } from "../fleet/all-or-none.ts";
import { markBackendLog } from "../handshake/log.ts";
import { proveHandshake } from "../handshake/prove.ts";
import { type HandshakeReport, handshakeTable } from "../handshake/report.ts";
import type { HostConnection } from "../host/connection.ts";
import { connect, type SshSession } from "../host/ssh.ts";
import { sshLine } from "../next-commands.ts";
import { mark } from "../profile.ts";
import { readable } from "../readable-error.ts";
import type { Application } from "../settings/applications.ts";
import { handshakeOf } from "../settings/default-handshake.ts";
import { proveInstancesOnHost } from "./instances.ts";
import { holdReleases } from "./provisional.ts";
import { sendVerdicts } from "./verdict.ts";

/** What proves one application. */
export interface ProvenApplication {
  settings: Application;
  addresses: pulumi.Output<Addresses>;
  token: pulumi.Output<string>;
}

export interface HandshakeArgs {
  applications: readonly ProvenApplication[];
  parent: pulumi.Resource;
  /** Whose the host is, as `ownerName` says it. */
  owner: string;
  connection: pulumi.Output<HostConnection>;
  /** PEM of the CA to trust; absent where the public ones do. */
  authority: pulumi.Output<string> | undefined;
  /** The proof comes after these, in every `up`, whether they changed or not. */
  after: pulumi.CustomResource[];
  /** Whether this host is proven, and not whichever one its name leads to. */
  alone: boolean;
  /** Whose release stays only where those of all hosts do. */
  member?: Member | undefined;
}

/**
 * Step `handshake`: the proof from outside at the end of every `up`, never in a preview. A service that does not
 * answer fails the `up`, with the hop that broke and the next thing to do; a new release is then taken back. Each
 * application is proven by its own, and only that release is taken back which fails.
 */
export function handshake(args: HandshakeArgs): pulumi.Output<HandshakeReport[] | undefined> {
  const { connection, authority } = args;
  if (pulumi.runtime.isDryRun()) return pulumi.output(undefined);
  const after = args.after.map((resource) => resource.id);
  const of = args.applications.map(({ addresses, token }) => pulumi.output({ addresses, token }));
  return pulumi
    .output({ connection, authority, after, of: pulumi.all(of) })
    .apply(async (known) => (await readable(proveOrGiveUp(args, known))) ?? never());
}

interface Known {
  connection: HostConnection;
  authority?: string | undefined;
  of: { addresses: Addresses; token: string }[];
}

interface Proof {
  settings: Application;
  report: HandshakeReport;
}

/** A host that cannot even be proven has failed as well: the others of its fleet must not wait for it. */
async function proveOrGiveUp(args: HandshakeArgs, known: Known): Promise<HandshakeReport[] | undefined> {
  try {
    return await prove(args, known);
  } catch (error) {
    await args.member?.failed();
    throw error;
  }
}

/** Undefined where the release passed and did not stay: what failed elsewhere ends the run. */
async function prove(args: HandshakeArgs, known: Known): Promise<HandshakeReport[] | undefined> {
  mark("resources done");
  await using session = await connect(known.connection);
  const proofs: Proof[] = [];
  for (const [i, { settings }] of args.applications.entries()) {
    const of = known.of[i];
    const at = args.alone && { at: known.connection.host };
    if (of) proofs.push({ settings, report: await proveOne(session, settings, { ...known, ...of, ...at }) });
  }
  const passed = proofs.every(({ report }) => report.ok);
  const held = passed && args.member ? holdReleases(session, stepsOf(proofs)) : undefined;
  const because = held && (await Promise.race([args.member?.proven(), held.lost]));
  const candidates = proofs.map(({ settings, report }) => ({ ...settings, proven: report.ok, because }));
  const verdict = await sendVerdicts(session, candidates, args.owner);
  mark("proven");
  await held?.end();
  args.member?.ended(verdict.text);
  const others = passed ? [] : ((await args.member?.failed()) ?? []);
  const table = [...proofs.map(proofText), ...(verdict.text ? [verdict.text] : []), ...others].join("\n");
  if (!passed) throw new pulumi.RunError(`The handshake failed.\n${table}`);
  if (because !== undefined) return undefined;
  if (!verdict.ok) throw new pulumi.RunError(`The handshake passed, but the host did not keep it.\n${table}`);
  const tell = proofs.some(({ report }) => report.warnings.length > 0) ? pulumi.log.warn : pulumi.log.info;
  await tell(`Handshake proven from outside.\n${table}`, args.parent);
  return proofs.map(({ report }) => report);
}

const stepsOf = (proofs: readonly Proof[]) => proofs.map(({ settings }) => settings.step);

const never = () => new Promise<never>(() => {});

/** With the name of the application, where it has one. */
function proofText({ settings, report }: Proof): string {
  const { called } = settings;
  return [...(called === undefined ? [] : [`Application ${called}:`]), handshakeTable(report)].join("\n");
}

async function proveOne(
  session: SshSession,
  settings: Application,
  known: Omit<Known, "of"> & Known["of"][number] & { at?: string },
): Promise<HandshakeReport> {
  const { step, backendName, backendInstances } = settings;
  const ssh = sshLine(known.connection.host, settings);
  return proveHandshake({
    urls: known.addresses.proven,
    others: known.addresses.others,
    ...(known.authority && { ca: known.authority }),
    ...(known.at !== undefined && { at: known.at }),
    token: known.token,
    handshake: handshakeOf(settings),
    readLog: await markBackendLog(session, backendName),
    instances: { count: backendInstances, proveOnHost: () => proveInstancesOnHost(session, step) },
    timeoutMs: settings.handshakeTimeout * 1000,
    names: { ssh, application: backendName },
  });
}
