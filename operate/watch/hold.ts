import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { Client } from "../../infra/handshake/client.ts";
import { awaitAnswer } from "../../infra/handshake/exchange.ts";
import { readFailure } from "../../infra/handshake/failure.ts";
import { masking } from "../../infra/handshake/mask.ts";
import type { HandshakeScript, HandshakeStep } from "../../infra/handshake/script.ts";
import { Stopped } from "../../infra/handshake/seen.ts";
import { fill, type Json, type Values } from "../../infra/handshake/values.ts";
import { reconnectDelay } from "./delay.ts";
import type { Emit, Which } from "./events.ts";

export interface HoldOptions {
  which: Which;
  url: string;
  script: HandshakeScript;
  token: string;
  ca?: string | undefined;
  /** For the reading of a failure. */
  names: { ssh: string; application: string };
  timeoutMs: number;
  /** Milliseconds between two pings of the active connection. */
  pingEveryMs: number;
  emit: Emit;
  signal: AbortSignal;
}

/** Where a connection is, for the reading of its failure. */
interface Place {
  hop: string;
  since: number | undefined;
}

/** Holds one connection as the page does: whenever it is lost it comes back, for ever, ever more patiently. */
export async function hold(options: HoldOptions): Promise<void> {
  const { which, emit, signal } = options;
  let failures = 0; // in a row, the loss among them: for the delay
  let tries = 0; // that failed since the loss, or since the beginning
  while (!signal.aborted) {
    const place: Place = { hop: "name", since: undefined };
    try {
      await live(options, place, () => {
        emit({ event: "connected", connection: which, tries: failures === 0 ? 0 : tries + 1 });
        failures = tries = 0;
      });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Stopped)) throw error;
      failures += 1;
      if (place.since === undefined) tries += 1;
      report(options, place, error, tries);
    }
    await pause(reconnectDelay(failures), signal);
  }
}

function report(
  { which, names, token, emit }: HoldOptions,
  { hop, since }: Place,
  error: Stopped,
  tries: number,
) {
  const heldMs = since === undefined ? 0 : Date.now() - since;
  const read = readFailure(hop, error.seen, names).cause;
  const cause = masking(token)(since === undefined ? read : lossOf(which, error, heldMs, read));
  if (since === undefined) emit({ event: "failed", connection: which, cause, tries });
  else emit({ event: "lost", connection: which, cause, heldMs });
}

/** After a minute of silence it was nginx's default; a good-bye says itself what it is. */
export function lossOf(which: Which, { seen }: Stopped, heldMs: number, read: string): string {
  const seconds = Math.round(heldMs / 1000);
  if (seen.closeCode !== 1006 || (seconds >= 59 && seconds <= 62)) return read;
  const how = `(1006${seen.message ? `, ${seen.message}` : ""})`;
  if (which === "silent")
    return `a connection that says nothing was cut after ${seconds} s ${how}: something on the way does not hold silent ones (proxy_read_timeout in nginx); where the active one is lost as well, the backend crashed`;
  return `the connection broke after ${seconds} s ${how}: the backend crashed, or something on the way cut it`;
}

async function live(options: HoldOptions, place: Place, connected: () => void): Promise<void> {
  const { url, script, token, ca, timeoutMs, signal } = options;
  let values: Values = new Map<string, Json>([
    ["token", token],
    ["nonce", randomBytes(6).toString("hex")],
  ]);
  const { query = {}, headers = {}, protocols = [] } = script.clients[1] ?? {};
  const filled = (texts: Record<string, string>) =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, String(fill(text, values))]));
  const address = new URL(url);
  for (const [key, text] of Object.entries(filled(query))) address.searchParams.set(key, text);
  const client = await Client.open({
    ...{ url: address, headers: filled(headers), protocols, ca, timeoutMs },
    passed: (hop) => (place.hop = after(hop, url)),
  });
  const leave = () => client.leave();
  signal.addEventListener("abort", leave);
  try {
    for (const step of introduction(script)) {
      place.hop = step.name;
      if (step.send !== undefined) client.send(fill(step.send, values));
      if (step.expect !== undefined) values = await awaitAnswer(client, step.expect, values, timeoutMs);
    }
    place.since = Date.now();
    connected();
    await (options.which === "active" ? ping(client, options, place, values) : listen(client));
  } finally {
    signal.removeEventListener("abort", leave);
    client.leave();
  }
}

/** The hop that comes next. */
function after(hop: "name" | "tcp" | "tls" | "upgrade", url: string): string {
  if (hop === "name") return "tcp";
  return hop === "tcp" && url.startsWith("wss:") ? "tls" : "upgrade";
}

const isPing = ({ name }: HandshakeStep) => /ping|heart/i.test(name);

/** What the first client says until it is known: everything before the first ping, or before a second client. */
export function introduction({ steps }: HandshakeScript): HandshakeStep[] {
  const end = steps.findIndex((step) => isPing(step) || step.client === 2);
  return end < 0 ? steps : steps.slice(0, end);
}

async function ping(client: Client, options: HoldOptions, place: Place, values: Values): Promise<void> {
  const { script, timeoutMs, pingEveryMs, emit, signal } = options;
  const step = script.steps.find(isPing);
  if (step?.send === undefined || step.expect === undefined) return listen(client);
  while (!signal.aborted) {
    place.hop = step.name;
    const sent = performance.now();
    client.send(fill(step.send, values));
    await awaitAnswer(client, step.expect, values, timeoutMs);
    emit({ event: "pong", ms: performance.now() - sent });
    await quiet(client, pingEveryMs);
  }
}

/** Passes over what comes, until the time is over; fails at once where the connection ends. */
async function quiet(client: Client, ms: number): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until; ) {
    try {
      await client.receive((text) => text, Math.max(1, until - performance.now()));
    } catch (error) {
      if (error instanceof Stopped && error.seen.waitedMs !== undefined) return;
      throw error;
    }
  }
}

const hour = 3_600_000;

/** Says nothing, for as long as the connection stands. */
async function listen(client: Client): Promise<void> {
  for (;;) await quiet(client, hour);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {}); // Told to end: the loop sees it.
}
