// The proof of a backend that runs as several processes: each of them must pass, and one that is ill must not hide
// behind the others.

/** A process of the backend, and the port on which it listens. In cluster mode several share one. */
export interface Instance {
  pid: number;
  port: number;
}

/** One proof, and which processes its connections met. */
export interface Attempt {
  /** Why it failed: `it failed the handshake at token: …`. */
  failure?: string | undefined;
  met: ReadonlySet<number>;
}

export interface Met {
  /** Absent where every instance was met, and passed. */
  failure?: string;
  /** How many instances passed. */
  met: number;
  /** How many proofs it took. */
  tries: number;
}

/** Tries for each process behind a shared port: whoever else connects takes turns with the proof. */
const triesForEach = 10;
/** Proofs at one time, so that N instances do not take N times as long. */
const atOnce = 8;

type Try = (port: number, wanted: ReadonlySet<number>) => Promise<Attempt>;

/** Proves until each instance was met and passed; ends with the first failure, which names the instance. */
export async function proveInstances(instances: readonly Instance[], attempt: Try): Promise<Met> {
  const round = new Round(instances, attempt);
  const ports = [...new Set(instances.map(({ port }) => port))];
  await inWaves(ports, (port) => round.prove(port));
  return round.result();
}

class Round {
  readonly #instances: readonly Instance[];
  readonly #attempt: Try;
  readonly #met = new Set<number>();
  #failed: { owners: readonly number[]; why: string } | undefined;
  #tries = 0;

  constructor(instances: readonly Instance[], attempt: Try) {
    this.#instances = instances;
    this.#attempt = attempt;
  }

  /** In waves, each as large as the number of processes that were not met yet. */
  async prove(port: number): Promise<void> {
    const behind = this.#instances.filter((instance) => instance.port === port).map(({ pid }) => pid);
    const most = behind.length === 1 ? 1 : behind.length * triesForEach;
    for (let tries = 0; tries < most; ) {
      const missing = behind.filter((pid) => !this.#met.has(pid)).length;
      if (missing === 0 || this.#failed) return;
      const wave = Math.min(missing, atOnce, most - tries);
      await Promise.all(Array.from({ length: wave }, () => this.#try(port, behind)));
      tries += wave;
    }
  }

  async #try(port: number, behind: readonly number[]): Promise<void> {
    this.#tries += 1;
    const { failure, met } = await this.#attempt(port, new Set(behind));
    // With a port of its own there is no need to check the sockets.
    const owners = behind.length === 1 ? behind : [...met];
    if (failure === undefined) for (const pid of owners) this.#met.add(pid);
    else this.#failed ??= { owners, why: failure };
  }

  result(): Met {
    const failure = this.#failure();
    return { met: this.#met.size, tries: this.#tries, ...(failure && { failure }) };
  }

  #failure(): string | undefined {
    const missing = this.#instances.map(({ pid }) => pid).filter((pid) => !this.#met.has(pid));
    // A process that hangs takes no connection from the kernel: it is among those that no other proof met.
    if (this.#failed) {
      const { owners, why } = this.#failed;
      return `${(owners.length > 0 ? owners : missing).map((pid) => this.#name(pid)).join(" or ")}: ${why}`;
    }
    return missing.length > 0 ? this.#unmet(missing) : undefined;
  }

  #unmet(missing: readonly number[]): string {
    const names = missing.map((pid) => this.#name(pid)).join(", ");
    return `met ${this.#met.size} of ${this.#instances.length} instances in ${this.#tries} connections, and never ${names}: it takes no connections, or is too busy to`;
  }

  #name(pid: number): string {
    const at = this.#instances.findIndex((instance) => instance.pid === pid);
    const { port } = this.#instances[at] ?? {};
    return `instance ${at + 1} of ${this.#instances.length} (process ${pid}, port ${port})`;
  }
}

async function inWaves<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += atOnce) await Promise.all(all.slice(i, i + atOnce).map(work));
}
