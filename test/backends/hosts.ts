import { TestStack } from "../support/stack.ts";

/** Hosts with a stack each, which cases use one after the other: provisioning one costs a minute. */
export class Hosts implements AsyncDisposable {
  readonly #all: TestStack[] = [];
  readonly #free: TestStack[] = [];

  /** Runs a case on a host that no other case uses now, and gives the host back as it was. */
  async use(run: (stack: TestStack) => Promise<void>): Promise<void> {
    const stack = this.#free.pop() ?? (await this.#start());
    try {
      await run(stack);
    } finally {
      await clear(stack).finally(() => this.#free.push(stack));
    }
  }

  async #start(): Promise<TestStack> {
    const stack = await TestStack.start("backends");
    this.#all.push(stack);
    return stack;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stack of this.#all) await stack[Symbol.asyncDispose]();
  }
}

/** Packages stay on the host, and everything else goes. A host that `destroy` cannot clear is replaced. */
async function clear(stack: TestStack): Promise<void> {
  const { exitCode, output } = await stack.pulumi("destroy", "--yes", "--skip-preview");
  if (exitCode === 0) return;
  console.error(`destroy failed; the next case gets a fresh host:\n${output}`);
  await stack.resetHost();
}
