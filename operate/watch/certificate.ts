import { setTimeout } from "node:timers/promises";
import { readKeyed } from "../../infra/host/read-facts.ts";
import { isLate, renewalTrouble } from "../../infra/host/renewal.ts";
import { connect } from "../../infra/host/ssh.ts";
import type { TlsSeen } from "../diagnose/outside/observed.ts";
import { seeTls } from "../diagnose/outside/tls.ts";
import { asRoot, shellWords } from "../target/shell-words.ts";
import type { Target } from "../target/target.ts";
import type { Emit } from "./events.ts";

const hour = 3_600_000;
/** An overdue certificate is reported once in so many checks. */
const again = 24;

/** Reads the served certificate, and asks the host what it knows of the renewal: its `last` as text. */
export interface Looks {
  see: () => Promise<TlsSeen | undefined>;
  last: () => Promise<string>;
}

/** Checks every hour whether the served certificate is overdue for renewal, and reports it once a day. */
export async function watchCertificate(
  looks: Looks,
  emit: Emit,
  signal: AbortSignal,
  everyMs = hour,
): Promise<void> {
  let quiet = 0;
  while (!signal.aborted) {
    const cause = quiet > 0 ? undefined : await lateRenewal(looks);
    if (cause && !signal.aborted) emit({ event: "certificate", cause });
    quiet = cause ? again - 1 : Math.max(0, quiet - 1);
    await setTimeout(everyMs, undefined, { signal }).catch(() => {}); // the watch ends
  }
}

/** Why the certificate that is served is older than it should be; undefined where it is not. */
async function lateRenewal({ see, last }: Looks): Promise<string | undefined> {
  const tls = await see().catch(() => undefined); // Of a port that does not answer the connections tell.
  const now = Date.now();
  if (!tls?.ends || !isLate(tls, now)) return undefined;
  const known = readKeyed(await last().catch(() => "")); // Also without a login the dates are known.
  const ends = new Date(tls.ends).toISOString().slice(0, 16).replace("T", " ");
  const seen = `the certificate that is served ends on ${ends} UTC, and should have been renewed by now`;
  const trouble = renewalTrouble({ last: known }, now);
  return trouble ? `${seen}; ${trouble.text}` : seen;
}

/** The checks of a host; undefined if it serves no TLS. */
export function looksAt(target: Target, ca: string | undefined, timeoutMs: number): Looks | undefined {
  const url = target.urls.find((each) => each.startsWith("wss:"));
  if (!url) return undefined;
  return {
    see: () => seeTls(new URL(url), ca, timeoutMs),
    last: async () => {
      await using session = await connect(await target.connection(), { timeoutMs });
      const command = shellWords([...asRoot(target.user), "cat", "/var/lib/geo-system-acme/last"]);
      return (await session.exec(command, { timeoutMs })).stdout;
    },
  };
}
