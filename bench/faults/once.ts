import { setTimeout } from "node:timers/promises";
import { waitFor } from "../../test/support/wait.ts";
import { cut, type Way } from "./cut.ts";
import { failures, type Probe, Prober, probe } from "./prober.ts";
import type { Change, Subject } from "./subject.ts";

/** What is to be cut, and when. */
export interface Plan {
  number: number;
  way: Way;
  /** Milliseconds after the start of the `up`. */
  at: number;
  /** Instead of `at`: ends when the moment has come. */
  moment?: () => Promise<unknown>;
  url: string;
  /** What the host serves before. */
  before: Change;
  next: Change;
}

/** One cut, and what came of it. */
export interface Cut extends Plan {
  /** Handshakes that were tried, and those that failed though the host could be reached. */
  probes: number;
  failed: readonly Probe[];
  /** Seconds until the host served again after the cut. */
  recovered: number;
  /** The mark of the release that it served then. */
  served: string;
  /** Whether it served no more. */
  lost: boolean;
  /** What was not as it should be: the host lost, or the next `up` failed. */
  fault?: string;
}

/** How long a host may take after a cut until it serves: a start included. */
const patience = { within: 120_000, every: 100 };

/** Starts a change, cuts it off, checks what the host serves, and lets the next `up` finish it. */
export async function cutOnce(subject: Subject, plan: Plan): Promise<Cut> {
  await subject.openFirewall();
  await using prober = new Prober(plan.url);
  const run = await subject.start(plan.next);
  await (plan.moment ?? (() => setTimeout(plan.at)))();
  const outage = await cut(plan.way, subject.name, () => killGroup(run.pid));
  await run.end;
  const back = performance.now();
  const serving = await untilServed(plan.url).catch((error: Error) => error);
  const recovered = (performance.now() - back) / 1000;
  if (plan.way === "power cut") outage.end = performance.now(); // Its services start after its sshd.
  const lost = serving instanceof Error;
  const served = lost ? "nothing" : await subject.served(plan.url).catch((error: Error) => error.message);
  const fault = lost ? serving.message : await finish(subject, plan, served);
  const probes = await prober.stop();
  const failed = failures(probes, outage);
  return { ...plan, probes: probes.length, failed, recovered, served, lost, ...(fault && { fault }) };
}

async function untilServed(url: string): Promise<void> {
  await waitFor(
    "the host to serve",
    async () => {
      const { failure } = await probe(url);
      if (failure) throw new Error(failure);
    },
    patience,
  );
}

/** Lets the next `up` finish. Returns what was wrong. */
async function finish(subject: Subject, { before, next }: Plan, served: string): Promise<string | undefined> {
  if (served !== before.mark && served !== next.mark)
    return `served ${served}, expected ${before.mark} or ${next.mark}`;
  try {
    await subject.clearWay();
    await subject.on("true"); // the operator gets in, by a new connection
    await subject.up(next);
    const now = await subject.served(await subject.url());
    const timeout = `proxy_read_timeout ${next.readTimeout}s`;
    // grep counts none and fails: an answer too.
    const site = await subject.on(`sudo nginx -T 2>/dev/null | grep -c '${timeout}' || true # none`);
    const firewall = await subject.firewallProblem();
    if (now === next.mark && site === "1" && !firewall) return undefined;
    return `after the next up: release ${now}, site ${site}, firewall ${firewall || "closed"}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The CLI, and the plug-ins and the program that it started. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // It had ended before the cut.
  }
}
