import { markBackendLog } from "../../infra/handshake/log.ts";
import { bareHost, portOf } from "../../infra/handshake/open.ts";
import { connect, type SshSession } from "../../infra/host/ssh.ts";
import type { Target } from "../target/target.ts";
import { followUp } from "./follow-up.ts";
import { seeConnected } from "./inside/connected.ts";
import { inspectHost } from "./inside/inspect.ts";
import { type InsideSeen, settled, tooEarly } from "./just-started.ts";
import type { Observations, SshFailure } from "./observations.ts";
import { seeFlows } from "./outside/flow.ts";
import { seeName } from "./outside/names.ts";
import { seePage } from "./outside/page.ts";
import { seePorts } from "./outside/ports.ts";
import { seeTls } from "./outside/tls.ts";
import { processesOf } from "./rules/pm2.ts";
import { sshFailure } from "./ssh-failure.ts";

/** Walks from the outside in and from the inside out, at the same time. `timeoutMs`: for every dial and every answer. */
export async function observe(target: Target, timeoutMs = 5_000): Promise<Observations> {
  if (target.off) return unseen(target);
  const near = seeNear(target, timeoutMs);
  const login = await logIn(target, timeoutMs);
  try {
    const { session } = login;
    const connected = session && (await seeConnected(session));
    const first: Promise<InsideSeen> = session ? look(session, target) : Promise.resolve({});
    let [seen, within] = await Promise.all([seeOutside(target, session, timeoutMs, near), first]);
    if (session && tooEarly(within, seen.outside)) {
      within = await settled(within, () => look(session, target));
      seen = await seeOutside(target, session, timeoutMs);
    }
    if (session && (await hasEnded(session, within))) {
      within = { ...(await look(session, target)), endedMeanwhile: true };
    }
    const { sizes, many, ...more } = await followUp(
      { target, session, outside: seen.outside, timeoutMs },
      within,
    );
    const outside = { ...seen.outside, ...(sizes && { sizes }), ...(many && { many }) };
    return {
      ...{ target, outside, ...seen.secrets, ...within, ...more },
      ...(login.failure && { ssh: login.failure }),
      ...(connected && { connected }),
    };
  } finally {
    await login.session?.close();
  }
}

const none = { handshake: "plain", knowsToken: true, showsToken: false, readsLog: false };

/** Of a host that is known to be off there is nothing to be seen. */
function unseen(target: Target): Observations {
  const { host } = target;
  return {
    target,
    outside: { name: { host, addresses: [host] }, ports: [], flows: [], client: none },
    hasToken: true,
  };
}

/** All that a client sees. `near` has begun before anybody could log in. */
async function seeOutside(
  target: Target,
  session: SshSession | undefined,
  timeoutMs: number,
  near = seeNear(target, timeoutMs),
) {
  const [place, beyond] = await Promise.all([near, seeBeyond(target, session, timeoutMs)]);
  return { ...beyond, outside: { ...place, ...beyond.outside } };
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
  const { problem } = secrets;
  return {
    outside: { ...flows, ...(tls && { tls }) },
    secrets: { hasToken: flows.client.knowsToken, ...(problem && { outputsProblem: problem }) },
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
    return { failure: sshFailure(error as Error) };
  }
}

async function look(session: SshSession, target: Target): Promise<InsideSeen> {
  const askedAt = Date.now();
  try {
    return { askedAt, inside: await inspectHost(session, target) };
  } catch (error) {
    return { askedAt, blind: (error as Error).message };
  }
}

/** Whether a process of the backend has exited since the inspection: what a client sent may have crashed it. */
async function hasEnded(session: SshSession, { inside }: InsideSeen): Promise<boolean> {
  const pids = inside ? processesOf(inside) : [];
  if (pids.length === 0) return false;
  const { stdout } = await session.exec(
    `for pid in ${pids.join(" ")}; do test -e /proc/$pid || echo gone; done`,
  );
  return stdout.includes("gone");
}
