import type { SshSession } from "../../infra/host/ssh.ts";
import { standingChallenge } from "../../infra/render/acme.ts";
import type { Target } from "../target/target.ts";
import { countArrivals } from "./inside/arrivals.ts";
import type { Inside } from "./inside/observed.ts";
import type { InsideSeen } from "./just-started.ts";
import type { Observations } from "./observations.ts";
import { seeMany } from "./outside/many.ts";
import type { Outside } from "./outside/observed.ts";
import { seePage } from "./outside/page.ts";
import { seePorts } from "./outside/ports.ts";
import { seeSizes } from "./outside/sizes.ts";

interface First {
  target: Target;
  session: SshSession | undefined;
  outside: Outside;
  timeoutMs: number;
}

/** Asked only because of what the first pass found, or could not find. */
export async function followUp({ target, session, outside, timeoutMs }: First, { inside }: InsideSeen) {
  const [arrivals, sizes, challenge, exposed, many] = await Promise.all([
    session && arrivalsAt(session, target, outside),
    sizesAt(target, outside, timeoutMs),
    inside?.acme && challengeAt(target, timeoutMs),
    inside && exposedAt(inside, outside, timeoutMs),
    inside ? undefined : manyAt(target, outside, timeoutMs),
  ]);
  return {
    ...(arrivals && { arrivals }),
    ...(sizes && { sizes }),
    ...(challenge && { challenge }),
    ...(exposed && { exposed }),
    ...(many && { many }),
  } satisfies Partial<Observations & Outside>;
}

/** Where a client got no answer beyond the port: does the size of what it sends play a part? */
async function sizesAt({ urls }: Target, { flows }: Outside, timeoutMs: number) {
  const plain = urls.map((url) => new URL(url)).find(({ protocol }) => protocol === "ws:");
  const unanswered = flows.some(
    ({ failure }) => failure && failure.hop !== "tcp" && failure.seen.waitedMs !== undefined,
  );
  return plain && unanswered ? seeSizes(plain, timeoutMs) : undefined;
}

/** One client passes; which of several it met, only the host itself could tell. */
async function manyAt(target: Target, { flows }: Outside, timeoutMs: number) {
  if (flows.length === 0 || flows.some(({ failure }) => failure)) return undefined;
  return seeMany(target.urls[0] ?? "", target, await target.client, timeoutMs);
}

/** That a port may be reached is the host's word; whether it is, only a dial from here tells. */
function exposedAt({ firewall }: Inside, { name }: Outside, timeoutMs: number) {
  const ports = [...new Set(firewall.exposed.map(({ port }) => port))];
  return ports.length > 0 ? seePorts(name.addresses, ports, Math.min(timeoutMs, 2_000)) : undefined;
}

/** What the CA would be answered, by the name of the first address. */
function challengeAt({ urls, host }: Target, timeoutMs: number) {
  const url = new URL(`http://${new URL(urls[0] ?? `ws://${host}`).hostname}`);
  return seePage(url, timeoutMs, standingChallenge);
}

/** Where a port is silent: do the packets reach the host? */
async function arrivalsAt(session: SshSession, target: Target, { ports }: Outside) {
  const silent = ports.filter(({ state, port }) => state === "silent" && port !== target.sshPort);
  return silent.length > 0 ? countArrivals(session, target, silent) : undefined;
}
