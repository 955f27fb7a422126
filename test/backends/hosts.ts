import { TestStack } from "../support/stack.ts";

/** A few hosts with a stack each, which many cases use one after the other: provisioning one costs a minute. */
export class Hosts implements AsyncDisposable {
  readonly #all: TestStack[] = [];
  readonly #free: TestStack[] = [];

  static async start(count: number): Promise<Hosts> {
    const hosts = new Hosts();
    for (let made = 0; made < count; made += 1) hosts.#add(await TestStack.start("backends"));
    return hosts;
  }

  /** Runs a case on a host that nothing else uses, and gives the host back as it was. */
  async use(run: (stack: TestStack) => Promise<void>): Promise<void> {
    const stack = this.#free.pop();
    if (!stack) throw new Error(`expected at most ${this.#all.length} cases at a time`);
    try {
      await run(stack);
    } finally {
      await cleared(stack).finally(() => this.#free.push(stack));
    }
  }

  #add(stack: TestStack): void {
    this.#all.push(stack);
    this.#free.push(stack);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stack of this.#all) await stack[Symbol.asyncDispose]();
  }
}

/** Packages stay on the host, and everything else goes. A host that `destroy` cannot clear is replaced. */
async function cleared(stack: TestStack): Promise<void> {
  const { exitCode, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
  if (exitCode === 0) return;
  console.error(`destroy failed; the next case gets a fresh host:\n${output}`);
  await stack.resetHost();
}
