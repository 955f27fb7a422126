import { setTimeout } from "node:timers/promises";
import { markBackendLog } from "../../infra/handshake/log.ts";
import { bareHost, portOf } from "../../infra/handshake/open.ts";
import { connect, type SshSession } from "../../infra/host/ssh.ts";
import { SshError } from "../../infra/host/ssh-error.ts";
import type { Target } from "../target/target.ts";
import { countArrivals } from "./inside/arrivals.ts";
import { lookInside } from "./inside/look.ts";
import type { Observations, SshFailure } from "./observations.ts";
import { seeFlows } from "./outside/flow.ts";
import { seeName } from "./outside/names.ts";
import type { Outside } from "./outside/observed.ts";
import { seePage } from "./outside/page.ts";
import { seePorts } from "./outside/ports.ts";
import { seeTls } from "./outside/tls.ts";
import { application } from "./rules/pm2.ts";

/** Walks from the outside in and from the inside out, at the same time. `timeoutMs`: for every dial and every answer. */
export async function walk(target: Target, timeoutMs = 5_000): Promise<Observations> {
  if (target.off) return unseen(target);
  const near = seeNear(target, timeoutMs);
  const login = await logIn(target, timeoutMs);
  try {
    const { session } = login;
    const outside = async () => {
      const [place, beyond] = await Promise.all([near, seeBeyond(target, session, timeoutMs)]);
      return { ...beyond, outside: { ...place, ...beyond.outside } };
    };
    const first = session ? look(session, target) : Promise.resolve({});
    const [seen, within] = await Promise.all([outside(), first]);
    const again =
      session && isYoung(within) && (isStarting(within) || seen.outside.flows.some(({ failure }) => failure));
    const settled = again ? await settle(session, target, within) : within;
    const last = again ? await outside() : seen;
    const arrivals = session && (await arrivalsAt(session, target, last.outside));
    return {
      ...{ target, outside: last.outside, ...last.secrets, ...settled },
      ...(login.failure && { ssh: login.failure }),
      ...(arrivals && { arrivals }),
    };
  } finally {
    await login.session?.close();
  }
}

/** Of a host that is known to be off there is nothing to be seen. */
function unseen(target: Target): Observations {
  const { host } = target;
  return { target, outside: { name: { host, addresses: [host] }, ports: [], flows: [] }, hasToken: true };
}

type Within = Pick<Observations, "askedAt" | "inside" | "blind" | "crashed">;

/** A backend that was only just started is neither well nor broken: it is given five seconds. */
async function settle(session: SshSession, target: Target, first: Within): Promise<Within> {
  const restarts = ({ inside }: Within) => inside && application(inside)?.restarts;
  let seen = first;
  for (const until = Date.now() + 5_000; isStarting(seen) && Date.now() < until; ) {
    await setTimeout(300);
    seen = await look(session, target);
  }
  return { ...seen, crashed: restarts(seen) !== restarts(first) };
}

/** Whether the backend was started in the last ten seconds: what a client saw may have been the moment before. */
function isYoung({ inside }: Within): boolean {
  const app = inside && application(inside);
  return app?.status === "online" && inside !== undefined && inside.clock - app.startedAt < 10_000;
}

/** pm2 says `online` from the first moment on. */
function isStarting(seen: Within): boolean {
  const { inside } = seen;
  return isYoung(seen) && !inside?.listens.some(({ port }) => port === inside.backend.port);
}

/** What needs neither token nor CA. */
async function seeNear(target: Target, timeoutMs: number) {
  const urls = target.urls.map((url) => new URL(url));
  const plain = urls.find(({ protocol }) => protocol === "ws:");
  const name = await seeName(bareHost(urls[0] ?? new URL(`ws://${target.host}`)));
  const ports = [...new Set([...urls.map(portOf), target.sshPort])];
  const [seen, page] = await Promise.all([
    seePorts(name.addresses, ports, timeoutMs),
    plain && seePage(plain, timeoutMs),
  ]);
  return { name, ports: seen, ...(page && { page }) };
}

/** What a client sees, and its traces in the backend's log. */
async function seeBeyond(target: Target, session: SshSession | undefined, timeoutMs: number) {
  const [secrets, readLog] = await Promise.all([
    target.client,
    session && markBackendLog(session, target.application).catch(() => undefined),
  ]);
  const secure = target.urls.find((url) => url.startsWith("wss:"));
  const [flows, tls] = await Promise.all([
    seeFlows({ target, secrets, timeoutMs, readLog }),
    secure && seeTls(new URL(secure), secrets.ca, timeoutMs),
  ]);
  const { token, problem } = secrets;
  return {
    outside: { ...flows, ...(tls && { tls }) },
    secrets: { hasToken: token !== undefined, ...(problem && { outputsProblem: problem }) },
  };
}

interface Login {
  session?: SshSession;
  failure?: SshFailure;
}

async function logIn(target: Target, timeoutMs: number): Promise<Login> {
  try {
    return { session: await connect(await target.connection(), { timeoutMs }) };
  } catch (error) {
    if (error instanceof SshError) {
      return { failure: { hop: error.hop, cause: error.message.split("\n")[0] ?? "", next: error.next } };
    }
    const [cause = "", ...next] = (error as Error).message.split("\n");
    return { failure: { hop: "unknown", cause, next: next.join("\n") } };
  }
}

async function look(session: SshSession, target: Target): Promise<Within> {
  const askedAt = Date.now();
  try {
    return { askedAt, inside: await lookInside(session, target) };
  } catch (error) {
    return { askedAt, blind: (error as Error).message };
  }
}

/** Where a port is silent: do the packets reach the host? */
async function arrivalsAt(session: SshSession, target: Target, { ports }: Outside) {
  const silent = ports.filter(({ state, port }) => state === "silent" && port !== target.sshPort);
  return silent.length > 0 ? countArrivals(session, target, silent) : undefined;
}
