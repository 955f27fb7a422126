import { setTimeout } from "node:timers/promises";
import { readFailure } from "../../infra/handshake/failure.ts";
import { holdsConnection, type Protocol, type Session } from "../../infra/handshake/protocol.ts";
import { ProtocolWay } from "../../infra/handshake/run.ts";
import { Stopped } from "../../infra/handshake/seen.ts";
import { maskTokens } from "../diagnose/mask.ts";
import { reconnectDelay } from "./delay.ts";
import type { Emit, Which } from "./events.ts";
import type { Losses } from "./losses.ts";

export interface HoldOptions {
  which: Which;
  url: string;
  protocol: Protocol;
  token: string;
  /** What no line may show. */
  secrets: readonly string[];
  ca?: string | undefined;
  /** For the reading of a failure. */
  names: { ssh: string; application: string };
  timeoutMs: number;
  /** Milliseconds between two pings of the active connection. */
  pingEveryMs: number;
  /** Of both connections. */
  losses: Losses;
  emit: Emit;
  signal: AbortSignal;
}

/** Where a connection is, for the reading of its failure. */
interface Place {
  hop: string | undefined;
  since: number | undefined;
}

/** Holds one connection as the page does: whenever it is lost it reconnects, without end, with growing pauses. */
export async function hold(options: HoldOptions): Promise<void> {
  const { which, emit, signal } = options;
  let failures = 0; // in a row, the loss among them: for the delay
  let tries = 0; // that failed since the loss, or since the beginning
  while (!signal.aborted) {
    const place: Place = { hop: undefined, since: undefined };
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
      await report(options, place, error, tries);
    }
    await pause(reconnectDelay(failures), signal);
  }
}

async function report(
  { which, names, secrets, losses, emit }: HoldOptions,
  { hop = "", since }: Place,
  error: Stopped,
  tries: number,
) {
  const heldMs = since === undefined ? 0 : Date.now() - since;
  const read = readFailure(hop, error.seen, names).cause;
  const alone = since !== undefined && !(await losses.both(which));
  const cause = maskTokens(
    since === undefined ? read : lossOf({ which, alone, heldMs, read }, error),
    secrets,
  );
  if (since === undefined) emit({ event: "failed", connection: which, cause, tries });
  else emit({ event: "lost", connection: which, cause, heldMs });
}

export interface Loss {
  which: Which;
  /** Whether the other connection stands. */
  alone: boolean;
  heldMs: number;
  /** The reading of the failure by itself. */
  read: string;
}

/** After a minute of silence it was nginx's default; a good-bye says itself what it is. */
export function lossOf({ which, alone, heldMs, read }: Loss, { seen }: Pick<Stopped, "seen">): string {
  const seconds = Math.round(heldMs / 1000);
  if (seen.closeCode !== 1006 || (seconds >= 59 && seconds <= 62)) return read;
  const how = `(1006${seen.message ? `, ${seen.message}` : ""})`;
  if (which === "silent" && alone)
    return `a connection that says nothing was cut after ${seconds} s ${how}, and the one that pings was not: something on the way does not hold silent ones (proxy_read_timeout in nginx)`;
  return `the connection broke after ${seconds} s ${how}: the backend crashed, or something on the way cut it`;
}

async function live(options: HoldOptions, place: Place, connected: () => void): Promise<void> {
  const { which, url, protocol, token, ca, timeoutMs, names, signal } = options;
  const way = new ProtocolWay({ url, protocol, token, ca, timeoutMs, names });
  const leave = () => void way.leave();
  signal.addEventListener("abort", leave);
  try {
    const session = await protocol.enter(way);
    if (!holdsConnection(session)) throw new Error(`handshake ${protocol.name} holds no connection`);
    place.since = Date.now();
    connected();
    await (which === "active" ? ping(session, options, place) : listen(session));
  } catch (error) {
    place.hop ??= way.hops.current;
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
    await way.leave();
  }
}

/** The protocol's own ping; where it has none that a client may send, a ping frame. */
async function ping({ client, ...session }: Session, options: HoldOptions, place: Place): Promise<void> {
  const { timeoutMs, pingEveryMs, emit, signal } = options;
  const pong = session.ping ?? (() => client.pingFrame(timeoutMs));
  while (!signal.aborted) {
    place.hop = "ping";
    const sent = performance.now();
    await pong();
    emit({ event: "pong", ms: performance.now() - sent });
    await client.stay(pingEveryMs);
  }
}

const hour = 3_600_000;

/** Says nothing, for as long as the connection stands. */
async function listen({ client, alive }: Session): Promise<void> {
  for (;;) {
    await client.stay(alive?.everyMs ?? hour);
    alive?.send();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {}); // Aborted: the loop sees it.
}
