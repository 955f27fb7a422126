import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { project } from "../../operate/run-pulumi.ts";
import type { Crew } from "./clients.ts";
import type { Crowd } from "./crowd.ts";
import { hold } from "./hold.ts";
import { LoadHost } from "./host.ts";
import { again, release } from "./release.ts";
import { byStock, startStock } from "./stock.ts";
import { storm } from "./storm.ts";
import { type Figures, print } from "./table.ts";
import { throughput } from "./throughput.ts";

/** How many come back in a second without waiting for each other: two cores serve them, and are the clients too. */
const clientsPerSecond = 1000;

interface Options {
  clients: number;
  seconds?: number;
  tls?: true;
  release: boolean;
  storm?: true;
  throughput?: true;
}

const command = new Command("npm run load --")
  .description(
    "Connects clients to a fresh sandbox host configured for that many, holds them, and releases the backend under them.",
  )
  .option("--clients <number>", "how many", Number, 2000)
  .option("--seconds <number>", "handoverSeconds (default: 10, or one for every 1000 clients)", Number)
  .option("--tls", "by wss://")
  .option("--no-release", "hold them only")
  .addOption(new Option("--storm", "the network is cut instead, and all come back").conflicts("throughput"))
  .option(
    "--throughput",
    "messages a second instead, against a direct connection and the users' guide's site",
  )
  .action(async (options: Options) => {
    const columns = new Map<string, Figures>();
    await (options.throughput ? messages(columns) : clients(options, columns));
    for (const table of tables(columns)) print(table);
  });

/** What is held, and what becomes of it in a release, have other rows. */
function tables(columns: ReadonlyMap<string, Figures>): Map<string, Figures>[] {
  const some = (held: boolean) => new Map([...columns].filter(([name]) => (name === "held") === held));
  return [some(true), some(false)].filter(({ size }) => size > 0);
}

async function messages(columns: Map<string, Figures>): Promise<void> {
  const backend = fileURLToPath(new URL("echo", import.meta.url));
  const settings = { handshake: "plain", websocketPath: "/ws" };
  await using host = await LoadHost.start({ clients: 0, backend, settings });
  for (const [name, figures] of await throughput(host)) columns.set(name, figures);
}

async function clients(options: Options, columns: Map<string, Figures>): Promise<void> {
  const { clients: count, seconds = Math.max(10, Math.ceil(count / clientsPerSecond)) } = options;
  const backend = join(project, "examples/geo-backend");
  await using host = await LoadHost.start({ clients: count, backend, settings: example(seconds) });
  const { testUrl, caCertificate: ca } = await host.outputs();
  const crew = { url: options.tls ? testUrl.replace(/^ws:/, "wss:") : testUrl, count, ca };
  // Awaited here: the host goes once this returns.
  if (options.storm) return await storms(host, crew, columns);
  console.error(`${count} clients connect …`);
  const work = options.release ? (crowd: Crowd) => releases(host, crowd, columns) : undefined;
  columns.set("held", await hold(host, await host.ways(count), crew, work));
}

async function storms(host: LoadHost, crew: Crew, columns: Map<string, Figures>): Promise<void> {
  await startStock(host);
  for (const [name, url] of [
    ["this site", crew.url],
    ["nginx's defaults", byStock(crew.url)],
  ] as const) {
    console.error(`${name}: ${crew.count} clients lose the network …`);
    columns.set(name, await storm(host, { ...crew, url }));
  }
}

async function releases(host: LoadHost, crowd: Crowd, columns: Map<string, Figures>): Promise<void> {
  const { wsUrl = "" } = await host.outputs();
  for (const [name, job] of Object.entries({ "a new release": release, "the same up again": again })) {
    console.error(`${name}, under ${crowd.count} clients …`);
    columns.set(name, await job(host, crowd, wsUrl));
  }
}

/** A copy of the example speaks as the example does, and its clients, all windows of one account, need a token. */
const example = (seconds: number) => ({
  handshake: "example",
  handoverSeconds: String(seconds),
  backendEnvironment: JSON.stringify({ MAX_CONNECTIONS_PER_USER: "100000", MAX_CONNECTIONS: "100000" }),
});

await command.parseAsync();
