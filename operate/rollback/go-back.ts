import { addresses } from "../../infra/addresses.ts";
import type { Handshake } from "../../infra/handshake/handshake.ts";
import { proveHandshake } from "../../infra/handshake/prove.ts";
import { handshakeTable } from "../../infra/handshake/report.ts";
import { sshLine } from "../../infra/next-commands.ts";
import type { Application } from "../../infra/settings/applications.ts";
import { handshakeOf } from "../../infra/settings/default-handshake.ts";
import type { Operated } from "../../infra/settings/operated.ts";
import { proveInstancesOnHost } from "../../infra/steps/instances.ts";
import { sendVerdict } from "../../infra/steps/verdict.ts";
import type { StackHost } from "../host-session.ts";
import { splitLines } from "../split-lines.ts";
import { handshakeOfRelease } from "./release-handshake.ts";

/** A release must come up, and be proven, within this and the pace of the handover. */
const patienceMs = 120_000;

/**
 * Lets a release take the place of the present one, proves it from outside as an `up` does, and keeps or takes back.
 *
 * @param wait seconds to wait for another run on the host
 * @param show gets what the host and the handshake say, as they say it
 * @throws where the release did not come up or did not pass: the present one then serves on
 */
export async function goBack(
  host: StackHost,
  application: Application<Operated>,
  release: string,
  wait: number,
  show: (line: string) => void,
): Promise<void> {
  const { session, outputs } = host;
  if (outputs.testUrl === undefined)
    throw new Error(
      "no `up` of this stack has come to its end, so its addresses are not known; nothing was changed\n  next: npm run up",
    );
  const { step } = application;
  const command = `sudo geo-system ${step} rollback --to ${release} --until-confirmed --wait ${wait}`;
  const switched = await session.exec(command, {
    timeoutMs: (application.handoverSeconds + wait) * 1000 + patienceMs,
    onText: splitLines(show),
  });
  if (switched.code !== 0) throw new Error(switched.stderr.trim());
  const handshake = (await handshakeOfRelease(session, release, step)) ?? handshakeOf(application);
  const report = await prove(host, application, handshake);
  const verdict = await sendVerdict(session, { ...application, proven: report.ok });
  show(handshakeTable(report));
  if (!report.ok || !verdict.ok) throw new Error(verdict.text);
  show(verdict.text);
}

function prove(
  { settings, outputs, connection, session }: StackHost,
  application: Application<Operated>,
  handshake: Handshake,
) {
  const { step, called, backendName, backendInstances, handshakeTimeout } = application;
  const { urls } = addresses({ ...application, host: connection.host });
  const testUrl = called === undefined ? outputs.testUrl : outputs.testUrls?.[called];
  return proveHandshake({
    urls,
    ...(outputs.caCertificate && { ca: outputs.caCertificate }),
    token: (testUrl && new URL(testUrl).searchParams.get("token")) || "",
    handshake,
    instances: { count: backendInstances, proveOnHost: () => proveInstancesOnHost(session, step) },
    timeoutMs: handshakeTimeout * 1000,
    names: { ssh: sshLine(connection.host, settings), application: backendName },
  });
}
