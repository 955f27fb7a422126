import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { project } from "../../operate/run-pulumi.ts";
import type { Crew, Rate, Seen } from "./clients.ts";
import { together } from "./together.ts";

const program = fileURLToPath(new URL("clients.ts", import.meta.url));

/** The most clients of one process: each is an open file, and one thread serves them all. */
const mostOfProcess = 5_000;

/** The longest that an answer may take, all clients having connected among them. */
const mostMs = 300_000;

/** How a process enters the network that its clients are in, as the beginning of its command line. */
export type Way = readonly [command: string, ...words: string[]];

/** The clients of one process. */
interface Part {
  ask(line: string): Promise<unknown>;
  kill(): void;
}

/** Clients in several processes, spread over the networks that they come from. */
export class Crowd implements Disposable {
  readonly #parts: readonly Part[];
  readonly count: number;
  /** Seconds until the last of them had its first answer. */
  readonly seconds: number;

  private constructor(parts: readonly Part[], count: number, seconds: number) {
    this.#parts = parts;
    this.count = count;
    this.seconds = seconds;
  }

  /** Connects all of them. A rejected client keeps trying; `seen` counts it. */
  static async connect(ways: readonly Way[], crew: Crew, processes = 2): Promise<Crowd> {
    const number = Math.max(ways.length, processes, Math.ceil(crew.count / mostOfProcess));
    const share = (i: number) =>
      Math.floor(((i + 1) * crew.count) / number) - Math.floor((i * crew.count) / number);
    const parts = Array.from({ length: number }, (_, i) =>
      start(ways[i % ways.length] as Way, { ...crew, count: share(i) }),
    );
    const began = performance.now();
    try {
      await Promise.all(parts.map(({ ready }) => ready));
    } catch (error) {
      for (const part of parts) part.kill();
      throw error;
    }
    return new Crowd(parts, crew.count, (performance.now() - began) / 1000);
  }

  seen = async () => together((await this.#all("tell")) as Seen[]);
  echo = async (times: number) => ((await this.#all(`echo ${times}`)) as number[][]).flat();
  cut = () => this.#all("cut");

  async rate(seconds: number): Promise<Rate> {
    const rates = (await this.#all(`rate ${seconds}`)) as Rate[];
    return {
      messages: rates.reduce((sum, { messages }) => sum + messages, 0),
      times: rates.flatMap(({ times }) => times),
    };
  }

  /** Until all of them are connected, or the time is over. */
  async whole(withinMs: number): Promise<Seen> {
    const until = Date.now() + withinMs;
    for (;;) {
      const seen = await this.seen();
      if (seen.connected >= this.count || Date.now() > until) return seen;
      await delay(250);
    }
  }

  #all(line: string): Promise<unknown[]> {
    return Promise.all(this.#parts.map((part) => part.ask(line)));
  }

  [Symbol.dispose](): void {
    for (const part of this.#parts) part.kill();
  }
}

function start([command, ...words]: Way, crew: Crew): Part & { ready: Promise<void> } {
  const own = [process.execPath, "--import", "tsx", program, JSON.stringify(crew)];
  const child = execa(command, [...words, ...own], {
    ...{ cwd: project, reject: false, buffer: false, stdin: "pipe", stderr: "inherit" },
  });
  const line = lineReader(child);
  return {
    ready: line().then((first) => {
      if (first !== "ready") throw new Error(`the clients said ${first}`);
    }),
    async ask(question) {
      child.stdin.write(`${question}\n`);
      return JSON.parse(await line());
    },
    kill: () => child.kill("SIGKILL"),
  };
}

/** The next line that a process prints, or an error where it ends before. */
function lineReader(child: { stdout: Readable } & Promise<{ exitCode?: number }>): () => Promise<string> {
  const lines = createInterface({ input: child.stdout });
  const ended = child.then(({ exitCode }): never => {
    throw new Error(`a process of clients ended early, with exit code ${exitCode}; its message is above`);
  });
  ended.catch(() => undefined); // it is looked at only while a line is waited for
  const signal = () => AbortSignal.timeout(mostMs);
  return () =>
    Promise.race([once(lines, "line", { signal: signal() }).then(([line]) => String(line)), ended]);
}
