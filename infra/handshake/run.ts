import { randomBytes } from "node:crypto";
import type { HostNames } from "./advice.ts";
import { Client } from "./client.ts";
import { awaitAnswer } from "./exchange.ts";
import { type HandshakeFailure, readFailure } from "./failure.ts";
import { Hops } from "./hops.ts";
import { shownUrl } from "./mask.ts";
import type { HandshakeRow } from "./report.ts";
import type { HandshakeScript, HandshakeStep } from "./script.ts";
import { type Seen, Stopped } from "./seen.ts";
import { fill, type Json, placeholders, type Values } from "./values.ts";

export interface RunOptions {
  url: string;
  script: HandshakeScript;
  token: string;
  ca?: string | undefined;
  timeoutMs: number;
  names: HostNames;
}

export interface Run {
  rows: HandshakeRow[];
  failure?: HandshakeFailure;
  /** What the client saw where it failed. */
  seen?: Seen;
  /** The values that the steps brought; the log's lines use them. */
  values: Values;
}

type ClientNumber = 1 | 2;

/** Goes through the script on one URL, with both clients. */
export async function runScript(options: RunOptions): Promise<Run> {
  const run = new ScriptRun(options);
  const failure = await run.toTheEnd();
  const { hops, values, seen } = run;
  return { rows: hops.rows, values, ...(failure && { failure }), ...(seen && { seen }) };
}

class ScriptRun {
  readonly hops: Hops;
  values: Values;
  seen: Seen | undefined;
  readonly #options: RunOptions;
  readonly #clients = new Map<ClientNumber, Client>();
  readonly #sent = new Set<HandshakeStep>();

  constructor(options: RunOptions) {
    this.#options = options;
    this.values = new Map<string, Json>([
      ["token", options.token],
      ["nonce", randomBytes(6).toString("hex")],
    ]);
    const tls = options.url.startsWith("wss:") ? ["tls"] : [];
    const steps = options.script.steps.map(({ name }) => name);
    this.hops = new Hops(shownUrl(options.url), ["name", "tcp", ...tls, "upgrade", ...steps, "close"]);
  }

  async toTheEnd(): Promise<HandshakeFailure | undefined> {
    const { script, timeoutMs } = this.#options;
    try {
      await this.#open(1);
      for (const step of script.steps) await this.#take(step);
      await Promise.all([...this.#clients.values()].map((client) => client.close(timeoutMs)));
      this.hops.pass();
      return undefined;
    } catch (error) {
      return this.#failed(error);
    } finally {
      this.#cleanUp();
    }
  }

  async #open(number: ClientNumber): Promise<Client> {
    const { url, script, ca, timeoutMs } = this.#options;
    const { query = {}, headers = {}, protocols = [] } = script.clients[number] ?? {};
    const address = new URL(url);
    for (const [key, value] of Object.entries(this.#filled(query))) address.searchParams.set(key, value);
    const client = await Client.open({
      url: address,
      headers: this.#filled(headers),
      protocols,
      ca,
      timeoutMs,
      // The second client's way is part of the step that needs it.
      passed: (_, detail) => number === 1 && this.hops.pass(detail),
    });
    this.#clients.set(number, client);
    return client;
  }

  async #take(step: HandshakeStep): Promise<void> {
    const { send, expect, within = this.#options.timeoutMs } = step;
    const client = this.#clients.get(step.client) ?? (await this.#open(step.client));
    if (send !== undefined) this.#send(client, step);
    if (expect !== undefined) this.values = await awaitAnswer(client, expect, this.values, within);
    this.hops.pass();
  }

  #send(client: Client, step: HandshakeStep): void {
    this.#sent.add(step);
    client.send(fill(step.send as Json, this.values));
  }

  #failed(error: unknown): HandshakeFailure {
    if (!(error instanceof Stopped)) throw error;
    this.seen = error.seen;
    const hop = this.hops.current;
    const reading = readFailure(hop, error.seen, this.#options.names);
    this.hops.fail(reading.cause);
    return { url: shownUrl(this.#options.url), hop, ...reading };
  }

  /** What the script made on the host is taken back, as far as it is known; nobody waits for the answer. */
  #cleanUp(): void {
    for (const step of this.#options.script.steps) {
      const client = this.#clients.get(step.client);
      const able = placeholders(step.send ?? null).every((name) => this.values.has(name));
      if (step.cleanup && client && able && !this.#sent.has(step)) this.#send(client, step);
    }
    for (const client of this.#clients.values()) client.leave();
  }

  #filled(texts: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [key, String(fill(text, this.values))]),
    );
  }
}
