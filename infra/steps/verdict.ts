import type { SshSession } from "../host/ssh.ts";
import { longestHandover } from "../render/handover.ts";

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

/**
 * Tells the host what the handshake from outside found: a new release that served for now stays, and the one before
 * asks its clients to come back; or the one before is back, and the site before with it. Nothing happens where neither
 * waits for this.
 *
 * @param owner of the host, in an `up`: should that be killed, the next one knows that it may wait for what is left of it
 * @param handoverSeconds over which clients are asked to reconnect
 */
export async function sendVerdict(
  session: SshSession,
  proven: boolean,
  handoverSeconds: number,
  owner?: string,
): Promise<Verdict> {
  const verb = proven ? "confirm" : 'take-back --because "the handshake from outside failed"';
  const nothingWaits = `sudo test ! -d ${state}/backend/handover -a ! -e ${state}/site-former`;
  const command = `${nothingWaits} || sudo geo-system backend ${verb}${owner ? ` --for ${owner}` : ""}`;
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
