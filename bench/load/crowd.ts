import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { project } from "../../operate/run-pulumi.ts";
import type { SandboxInfo } from "../../sandbox/host/sandbox.ts";
import {
  addSecondMachine,
  removeSecondMachine,
  type SecondMachine,
} from "../../sandbox/host/second-machine.ts";
import type { Seen } from "./clients.ts";

const program = fileURLToPath(new URL("clients.ts", import.meta.url));

/** Clients on a second machine in the host's network, half of them in each of two processes. */
export class Crowd implements AsyncDisposable {
  readonly #machine: SecondMachine;
  readonly #url: string;
  readonly #count: number;

  private constructor(machine: SecondMachine, url: string, count: number) {
    this.#machine = machine;
    this.#url = url;
    this.#count = count;
  }

  static async beside(host: SandboxInfo, url: string, count: number): Promise<Crowd> {
    return new Crowd(await addSecondMachine(host), url, count);
  }

  /** What the clients see while `work` is under way, and for as long after as the last of them takes to come back. */
  async during(work: () => Promise<void>, settleMs: number): Promise<Seen> {
    const halves = await Promise.all([this.#start(), this.#start()]);
    try {
      await work();
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      return together(await Promise.all(halves.map((half) => half.stop())));
    } finally {
      for (const half of halves) half.kill();
    }
  }

  async #start() {
    const words = ["netns", "exec", this.#machine.namespace, process.execPath, "--import", "tsx", program];
    const child = execa("ip", [...words, this.#url, String(this.#count / 2)], {
      cwd: project,
      reject: false,
      buffer: false,
      stderr: "inherit",
    });
    const lines = createInterface({ input: child.stdout });
    const [ready] = (await once(lines, "line")) as [string];
    if (ready !== "ready") throw new Error(`the clients said ${ready}`);
    return {
      kill: () => child.kill("SIGKILL"),
      stop: async () => {
        child.kill("SIGTERM");
        const [text] = (await once(lines, "line")) as [string];
        return JSON.parse(text) as Seen;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeSecondMachine(this.#machine.namespace);
  }
}

function together(halves: Seen[]): Seen {
  const closed: Record<string, number> = {};
  for (const half of halves)
    for (const [code, times] of Object.entries(half.closed)) closed[code] = (closed[code] ?? 0) + times;
  const sum = (of: (half: Seen) => number) => halves.reduce((total, half) => total + of(half), 0);
  return {
    closed,
    firstClosed: Math.min(...halves.map(({ firstClosed }) => firstClosed || Number.POSITIVE_INFINITY)),
    lastClosed: Math.max(...halves.map(({ lastClosed }) => lastClosed)),
    lastBack: Math.max(...halves.map(({ lastBack }) => lastBack)),
    failed: sum(({ failed }) => failed),
    connected: sum(({ connected }) => connected),
  };
}
