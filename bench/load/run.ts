import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { execa } from "execa";
import { withAgent } from "../../infra/host/agent.ts";
import { stackOutputs } from "../../operate/host-session.ts";
import { project, type ReadyStack, readyStack } from "../../operate/run-pulumi.ts";
import { stackOf } from "../../operate/sandbox-names.ts";
import * as sandbox from "../../sandbox/host/sandbox.ts";
import { sshArguments } from "../../sandbox/host/ssh.ts";
import { Prober, type ProberRecord } from "../../test/support/prober.ts";
import type { Seen } from "./clients.ts";
import { Crowd } from "./crowd.ts";

/**
 * A client is one open file of the backend and two of nginx, and a container may allow a process no more than 20,000.
 * Some are kept free, since neither spreads its clients evenly.
 */
const mostOfBackend = 12_000;
const mostOfWorker = 5_000;

/** How many come back in a second without waiting for each other: two cores serve them, and are the clients too. */
const clientsPerSecond = 1000;

/** The figures of one `up`. */
interface Figures {
  seen: Seen;
  probes: ProberRecord;
  seconds: number;
}

const command = new Command("npm run load --")
  .description(
    "Connects clients to a fresh sandbox host, releases the backend under them, and counts what they saw.",
  )
  .option("--clients <number>", "how many", Number, 2000)
  .option("--seconds <number>", "handoverSeconds (default: 10, or one for every 1000 clients)", Number)
  .action(async ({ clients, seconds }: { clients: number; seconds?: number }) =>
    load(clients, seconds ?? Math.max(10, Math.ceil(clients / clientsPerSecond))),
  );

async function load(clients: number, seconds: number): Promise<void> {
  const name = `load-${process.pid}`;
  const stack = await readyStack(stackOf(name));
  const folder = await mkdtemp(join(tmpdir(), "load-"));
  try {
    const instances = Math.ceil(clients / mostOfBackend);
    await configure(stack, {
      handoverSeconds: String(seconds),
      backendSource: folder,
      backendInstances: String(instances),
      // A copy of the example speaks as the example does, and its clients need a token.
      handshake: "example",
    });
    await copyOfBackend(folder);
    await up(stack);
    await moreWorkers(name, Math.ceil(clients / mostOfWorker));
    const { testUrl, wsUrl } = await stackOutputs(stack);
    await using crowd = await Crowd.beside(sandbox.info(name) as sandbox.SandboxInfo, testUrl, clients);
    await appendFile(join(folder, "src/server.ts"), "\n// the next release\n");
    const figures = new Map<string, Figures>();
    for (const job of ["a new release", "the same up again"]) {
      console.error(`${job}, under ${clients} clients …`);
      figures.set(job, await measure(crowd, wsUrl ?? "", () => up(stack)));
    }
    print(figures);
  } finally {
    await sandbox.down(name);
    await rm(join(project, `Pulumi.${stack.stack}.yaml`), { force: true });
    await rm(folder, { recursive: true });
  }
}

/** nginx starts one worker a processor; more of them may hold more clients. */
async function moreWorkers(host: string, count: number): Promise<void> {
  if (count < 2) return;
  const command = `sudo sed -i 's/^worker_processes .*/worker_processes ${count};/' /etc/nginx/nginx.conf && sudo systemctl reload nginx`;
  await execa("ssh", [...sshArguments(sandbox.info(host) as sandbox.SandboxInfo), command]);
}

async function copyOfBackend(folder: string): Promise<void> {
  const filter = (path: string) => !path.includes("node_modules");
  await cp(join(project, "examples/geo-backend"), folder, { recursive: true, filter });
}

async function configure(stack: ReadyStack, settings: Record<string, string>): Promise<void> {
  // All clients are windows of one account here.
  const limits = { MAX_CONNECTIONS_PER_USER: "100000", MAX_CONNECTIONS: "100000" };
  const values = { ...settings, backendEnvironment: JSON.stringify(limits) };
  const words = Object.entries(values).flatMap(([key, value]) => [
    "--plaintext",
    `geo-system:${key}=${value}`,
  ]);
  await pulumi(stack, "config", "set-all", "--stack", stack.stack, ...words);
}

const up = (stack: ReadyStack) => pulumi(stack, "up", "--yes", "--skip-preview");

async function pulumi(stack: ReadyStack, ...args: string[]): Promise<void> {
  await withAgent(stack.keyPaths, async () => {
    const env = { ...stack.environment, SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK };
    await execa("pulumi", args, { cwd: project, env });
  });
}

async function measure(crowd: Crowd, url: string, work: () => Promise<void>): Promise<Figures> {
  let seconds = 0;
  let probes: ProberRecord | undefined;
  const seen = await crowd.during(async () => {
    await using prober = new Prober(url);
    const start = performance.now();
    await work();
    seconds = (performance.now() - start) / 1000;
    probes = await prober.stop();
  }, 40_000);
  return { seen, seconds, probes: probes as ProberRecord };
}

function print(figures: Map<string, Figures>): void {
  const rows: [string, (figures: Figures) => string | number][] = [
    ["new handshakes, one every 20 ms", ({ probes }) => probes.made],
    ["of these failed", ({ probes }) => probes.failures.length],
    ["the slowest took", ({ probes }) => `${probes.slowest} ms`],
    ["connections closed with 1012", ({ seen }) => seen.closed["1012"] ?? 0],
    ["closed in another way", ({ seen }) => othersThan1012(seen)],
    ["over a span of", ({ seen }) => span(seen.firstClosed, seen.lastClosed)],
    ["all back after", ({ seen }) => span(seen.firstClosed, seen.lastBack)],
    ["failed on the way back", ({ seen }) => seen.failed],
    ["connected at the end", ({ seen }) => seen.connected],
    ["the up took", ({ seconds }) => `${seconds.toFixed(1)} s`],
  ];
  const table = new Table({ head: ["", ...figures.keys()], style: { head: [], border: [] } });
  for (const [name, of] of rows) table.push([name, ...[...figures.values()].map(of)]);
  console.log(table.toString());
  for (const { probes } of figures.values())
    for (const failure of probes.failures.slice(0, 10)) console.error(failure);
}

/** `0`, or `3 (1006: 2, 1011: 1)`. */
function othersThan1012({ closed }: Seen): string {
  const others = Object.entries(closed).filter(([code]) => code !== "1012");
  const total = others.reduce((sum, [, times]) => sum + times, 0);
  return total === 0 ? "0" : `${total} (${others.map((each) => each.join(": ")).join(", ")})`;
}

const span = (from: number, to: number) =>
  to && Number.isFinite(from) ? `${((to - from) / 1000).toFixed(1)} s` : "–";

await command.parseAsync();
