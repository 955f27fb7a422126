import { setTimeout } from "node:timers/promises";
import { stopped } from "../preview/report.ts";
import type { Rollout } from "../settings/fleet.ts";
import { batchesOf } from "./batches.ts";

/** A host of a run, as far as the order goes. */
export interface Rolled {
  name: string;
  /** What the plan of the host says. Stays open where an `up` must not begin: the host itself says why. */
  planned: Promise<Beforehand>;
  /** Settles once the client from outside went through. Never settles where it did not, so no later host starts. */
  proven: Promise<unknown>;
  /** Whether it serves at the moment. */
  serves: () => Promise<boolean>;
}

export interface Beforehand {
  /** Whether clients are served by it. */
  serves: boolean;
  /** Whether the run changes anything on it. */
  changes: boolean;
}

const tooFew = (batch: readonly string[], down: readonly string[], maxUnavailable: number) =>
  stopped(
    `rollout.maxUnavailable: expected at most ${maxUnavailable} host${maxUnavailable === 1 ? "" : "s"} without service, but ${down.join(", ")} ${down.length === 1 ? "does" : "do"} not serve; ${batch.join(", ")} and later hosts were not changed\n  next: npx geo-system diagnose, then \`pulumi up\``,
  );

/** A run over all hosts, batch by batch. */
export class Run {
  #hosts: readonly Rolled[] = [];
  #entered: Promise<unknown> = Promise.resolve();
  #begun: () => void = () => {};
  readonly #all = new Promise<void>((resolve) => {
    this.#begun = resolve;
  });
  readonly #rollout: Rollout;
  readonly #say: (line: string) => void;
  #batches: Promise<string[][]> | undefined;
  readonly #turns = new Map<number, Promise<void>>();

  constructor(rollout: Rollout, say: (line: string) => void) {
    this.#rollout = rollout;
    this.#say = say;
  }

  /**
   * Called once, with all hosts in their order.
   *
   * @param entered settles when clients find the fleet; stays open where they would be led elsewhere
   */
  begin(hosts: readonly Rolled[], entered: Promise<unknown> = Promise.resolve()): void {
    this.#hosts = hosts;
    this.#entered = entered;
    this.#begun();
  }

  /** Settles when it is this host's turn: every host is planned, and each host of an earlier batch is proven. */
  async turnOf(name: string): Promise<void> {
    await this.#all;
    this.#batches ??= this.#plan();
    const batches = await this.#batches;
    const at = batches.findIndex((batch) => batch.includes(name));
    await this.#begin(batches, at);
  }

  /** The hosts of all batches before that of a host. */
  async before(name: string): Promise<string[]> {
    const batches = (await this.#batches) ?? [];
    return batches
      .slice(
        0,
        batches.findIndex((batch) => batch.includes(name)),
      )
      .flat();
  }

  /** No host is touched before all of them have told that the run may begin. */
  async #plan(): Promise<string[][]> {
    await this.#entered;
    const ranked = await Promise.all(
      this.#hosts.map(async ({ name, planned }) => ({ name, ...(await planned) })),
    );
    return batchesOf(ranked, this.#rollout);
  }

  /** Once a batch, however many hosts it has. */
  #begin(batches: readonly string[][], at: number): Promise<void> {
    const begun = this.#turns.get(at) ?? this.#after(batches, at);
    this.#turns.set(at, begun);
    return begun;
  }

  async #after(batches: readonly string[][], at: number): Promise<void> {
    if (at > 0) await this.#afterProof(batches, at);
    await this.#expectOthersServe(batches[at] ?? []);
  }

  async #afterProof(batches: readonly string[][], at: number): Promise<void> {
    const before = batches[at - 1] ?? [];
    await this.#begin(batches, at - 1);
    await Promise.all(this.#of(before).map(({ proven }) => proven));
    const { pauseSeconds } = this.#rollout;
    const next = batches.slice(at).flat();
    if (pauseSeconds > 0 && (await this.#changed(before)) && (await this.#changed(next))) {
      this.#say(`${before.join(", ")} proven; ${next.join(", ")} in ${pauseSeconds} s.`);
      await setTimeout(pauseSeconds * 1000);
    }
  }

  /** So that enough hosts serve while these are worked on. Those that serve nothing yet have no clients to lose. */
  async #expectOthersServe(batch: readonly string[]): Promise<void> {
    const { maxUnavailable } = this.#rollout;
    if (maxUnavailable === undefined || !(await this.#changed(batch)) || !(await this.#serving(batch)))
      return;
    const others = this.#hosts.filter(({ name }) => !batch.includes(name));
    const serving = await Promise.all(others.map(({ serves }) => serves()));
    const down = others.filter((_, i) => !serving[i]).map(({ name }) => name);
    if (down.length + batch.length > maxUnavailable) throw tooFew(batch, down, maxUnavailable);
  }

  #of = (names: readonly string[]) => this.#hosts.filter(({ name }) => names.includes(name));

  async #serving(names: readonly string[]): Promise<boolean> {
    const plans = await Promise.all(this.#of(names).map(({ planned }) => planned));
    return plans.some(({ serves }) => serves);
  }

  async #changed(names: readonly string[]): Promise<boolean> {
    const plans = await Promise.all(this.#of(names).map(({ planned }) => planned));
    return plans.some(({ changes }) => changes);
  }
}
