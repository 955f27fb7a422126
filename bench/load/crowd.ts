import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
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

/** The clients of one process. */
interface Part {
  kill(): void;
  /** What they saw so far. */
  ask(): Promise<Seen>;
  /** Ends them. */
  stop(): Promise<Seen>;
}

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
    const machine = await addSecondMachine(host);
    await widenPorts(machine);
    return new Crowd(machine, url, count);
  }

  /**
   * What the clients see while `work` is under way and until all of them are back, which they have `settleMs` for: the
   * longest pause of the page's back-off, and some.
   */
  async during(work: () => Promise<void>, settleMs: number): Promise<Seen> {
    const number = Math.max(2, Math.ceil(this.#count / mostOfProcess));
    const parts = await Promise.all(Array.from({ length: number }, () => this.#start(this.#count / number)));
    try {
      await work();
      await this.#allBack(parts, Date.now() + settleMs);
      return together(await Promise.all(parts.map((part) => part.stop())));
    } finally {
      for (const part of parts) part.kill();
    }
  }

  async #allBack(parts: Part[], until: number): Promise<void> {
    for (;;) {
      const seen = together(await Promise.all(parts.map((part) => part.ask())));
      if (seen.connected >= this.#count || Date.now() > until) return;
      await delay(500);
    }
  }

  async #start(count: number): Promise<Part> {
    const words = ["netns", "exec", this.#machine.namespace, process.execPath, "--import", "tsx", program];
    const child = execa("ip", [...words, this.#url, String(Math.round(count))], {
      cwd: project,
      reject: false,
      buffer: false,
      stderr: "inherit",
    });
    const line = lineReader(child);
    const ready = await line();
    if (ready !== "ready") throw new Error(`the clients said ${ready}`);
    const asked = async (signal: "SIGUSR2" | "SIGTERM") => {
      child.kill(signal);
      return JSON.parse(await line()) as Seen;
    };
    return {
      kill: () => child.kill("SIGKILL"),
      ask: () => asked("SIGUSR2"),
      stop: () => asked("SIGTERM"),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeSecondMachine(this.#machine.namespace);
  }
}

/**
 * Clients that left keep their port for a minute (TIME_WAIT), and the second crowd comes within it: 28,232 ports, the
 * kernel's default for one address, hold one crowd of 20,000 only.
 */
async function widenPorts({ namespace }: SecondMachine): Promise<void> {
  const settings = ["net.ipv4.ip_local_port_range=1024 65535", "net.ipv4.tcp_tw_reuse=1"];
  await execa("ip", ["netns", "exec", namespace, "sysctl", "-q", "-w", ...settings]);
}

/** The next line that a process prints, or an error where it ends before. */
function lineReader(child: { stdout: Readable } & Promise<{ exitCode?: number }>): () => Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const ended = child.then(({ exitCode }): never => {
    throw new Error(`a process of clients ended early, with exit code ${exitCode}; its message is above`);
  });
  ended.catch(() => undefined); // it is looked at only while a line is waited for
  return () => Promise.race([once(lines, "line").then(([line]) => String(line)), ended]);
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
