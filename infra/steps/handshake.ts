import * as pulumi from "@pulumi/pulumi";
import type { Addresses } from "../addresses.ts";
import { markBackendLog } from "../handshake/log.ts";
import { proveHandshake } from "../handshake/prove.ts";
import { type HandshakeReport, handshakeTable } from "../handshake/report.ts";
import type { HostConnection } from "../host/connection.ts";
import { connect } from "../host/ssh.ts";
import { sshLine } from "../next-commands.ts";
import { readable } from "../readable-error.ts";
import { handshakeOf } from "../settings/default-handshake.ts";
import type { Settings } from "../settings/schema.ts";
import { proveInstancesOnHost } from "./instances.ts";
import { sendVerdict } from "./verdict.ts";

export interface HandshakeArgs {
  settings: Settings;
  parent: pulumi.Resource;
  /** Whose the host is, as `ownerName` says it. */
  owner: string;
  addresses: pulumi.Output<Addresses>;
  connection: pulumi.Output<HostConnection>;
  token: pulumi.Output<string>;
  /** PEM of the CA to trust; absent where the public ones do. */
  authority: pulumi.Output<string> | undefined;
  /** The proof comes after these, in every `up`, whether they changed or not. */
  after: pulumi.CustomResource[];
}

/**
 * Step `handshake`: the proof from outside at the end of every `up`, never in a preview. A service that does not
 * answer fails the `up`, with the hop that broke and the next thing to do; a new release is then taken back.
 */
export function handshake(args: HandshakeArgs): pulumi.Output<HandshakeReport | undefined> {
  const { addresses, connection, token, authority } = args;
  if (pulumi.runtime.isDryRun()) return pulumi.output(undefined);
  const after = args.after.map((resource) => resource.id);
  return pulumi
    .output({ addresses, connection, token, authority, after })
    .apply((known) => readable(prove(args, known)));
}

interface Known {
  addresses: Addresses;
  connection: HostConnection;
  token: string;
  authority?: string | undefined;
}

async function prove({ settings, parent, owner }: HandshakeArgs, known: Known): Promise<HandshakeReport> {
  await using session = await connect(known.connection);
  const report = await proveHandshake({
    urls: known.addresses.proven,
    others: known.addresses.others,
    ...(known.authority && { ca: known.authority }),
    token: known.token,
    handshake: handshakeOf(settings),
    readLog: await markBackendLog(session, settings.backendName),
    instances: { count: settings.backendInstances, proveOnHost: () => proveInstancesOnHost(session) },
    timeoutMs: settings.handshakeTimeout * 1000,
    names: { ssh: sshLine(known.connection.host, settings), application: settings.backendName },
  });
  const verdict = await sendVerdict(session, report.ok, settings.handoverSeconds, owner);
  const table = [handshakeTable(report), ...(verdict.text ? [verdict.text] : [])].join("\n");
  if (!report.ok) throw new pulumi.RunError(`The handshake failed.\n${table}`);
  if (!verdict.ok) throw new pulumi.RunError(`The handshake passed, but the host did not keep it.\n${table}`);
  const tell = report.warnings.length > 0 ? pulumi.log.warn : pulumi.log.info;
  await tell(`Handshake proven from outside.\n${table}`, parent);
  return report;
}
