import type { SshSession } from "../host/ssh.ts";
import { longestHandover } from "../render/handover.ts";
import type { BackendStep } from "../step-names.ts";

/** Said by the host of a release or a site that serves for now: templates/scripts/backend-handover.sh, site-former.sh. */
export interface Verdict {
  /** Whether the host did what was asked. */
  ok: boolean;
  /** Its own words; empty where neither waited for a verdict. */
  text: string;
}

/** The host finishes within the longest handover and a minute, or something is wrong with it. */
const patienceMs = 60_000;
const state = "/var/lib/geo-system";

/** The release of one application that may wait for its verdict. */
export interface Candidate {
  step: BackendStep;
  /** Seconds over which clients are asked to reconnect. */
  handoverSeconds: number;
  /** Whether the handshake passed. */
  proven: boolean;
  /** Why it is taken back although it passed: another host of the fleet failed. */
  because?: string | undefined;
}

/**
 * Verdicts of several applications. Those that failed come first: the site goes back with them, where it was changed for
 * this `up`, and a verdict that keeps a release keeps the site, too.
 */
export async function sendVerdicts(
  session: SshSession,
  candidates: readonly Candidate[],
  owner?: string,
): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const one of [...candidates].sort((first, second) => Number(first.proven) - Number(second.proven)))
    verdicts.push(await sendVerdict(session, one, owner));
  return {
    ok: verdicts.every(({ ok }) => ok),
    text: verdicts
      .map(({ text }) => text)
      .filter(Boolean)
      .join("\n"),
  };
}

/**
 * Tells the host what the handshake from outside found: a new release that served for now stays, and the one before
 * asks its clients to come back; or the one before is back, and the site before with it. Nothing happens where neither
 * waits for this.
 *
 * @param owner of the host, in an `up`: should that be killed, the next one knows that it may wait for what is left of it
 */
export async function sendVerdict(
  session: SshSession,
  { step, proven, because, handoverSeconds }: Candidate,
  owner?: string,
): Promise<Verdict> {
  const why = because ?? "the handshake from outside failed";
  const verb = proven && because === undefined ? "confirm" : `take-back --because "${why}"`;
  const nothingWaits = `sudo test ! -d ${state}/${step}/handover -a ! -e ${state}/site-former`;
  const command = `${nothingWaits} || sudo geo-system ${step} ${verb}${owner ? ` --for ${owner}` : ""}`;
  const { stdout, stderr, code } = await session.exec(command, {
    timeoutMs: longestHandover(handoverSeconds) * 1000 + patienceMs,
  });
  return {
    ok: code === 0,
    text: [stdout, stderr]
      .map((text) => text.trim())
      .filter(Boolean)
      .join("\n"),
  };
}
