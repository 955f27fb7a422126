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

/** The most clients of one process: each is an open file, and one thread serves them all. */
const mostOfProcess = 5_000;

/** Clients on a second machine in the host's network, in two processes at least. */
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
    const number = Math.max(2, Math.ceil(this.#count / mostOfProcess));
    const parts = await Promise.all(Array.from({ length: number }, () => this.#start(this.#count / number)));
    try {
      await work();
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      return together(await Promise.all(parts.map((part) => part.stop())));
    } finally {
      for (const part of parts) part.kill();
    }
  }

  async #start(count: number) {
    const words = ["netns", "exec", this.#machine.namespace, process.execPath, "--import", "tsx", program];
    const child = execa("ip", [...words, this.#url, String(Math.round(count))], {
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

function together(parts: Seen[]): Seen {
  const closed: Record<string, number> = {};
  for (const part of parts)
    for (const [code, times] of Object.entries(part.closed)) closed[code] = (closed[code] ?? 0) + times;
  const sum = (of: (part: Seen) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    closed,
    firstClosed: Math.min(...parts.map(({ firstClosed }) => firstClosed || Number.POSITIVE_INFINITY)),
    lastClosed: Math.max(...parts.map(({ lastClosed }) => lastClosed)),
    lastBack: Math.max(...parts.map(({ lastBack }) => lastBack)),
    failed: sum(({ failed }) => failed),
    connected: sum(({ connected }) => connected),
  };
}
