import { protocolOf } from "../../infra/handshake/protocols/table.ts";
import { secretsOf } from "../diagnose/mask.ts";
import type { Target } from "../target/target.ts";
import { looksAt, watchCertificate } from "./certificate.ts";
import type { Emit, Summary, Which } from "./events.ts";
import { hold } from "./hold.ts";
import { Losses } from "./losses.ts";
import { Tally } from "./tally.ts";

export interface WatchOptions {
  alarmAfterMs: number;
  pingEveryMs: number;
  timeoutMs: number;
  emit: Emit;
  /** Called every second with how it stands. */
  picture?: (summary: Summary) => void;
  signal: AbortSignal;
}

/** Holds both connections until the signal; says what happens, and how it was. */
export async function watch(target: Target, options: WatchOptions): Promise<Summary> {
  const client = await target.client;
  const { token = "", ca, handshake } = client;
  const protocol = protocolOf(handshake);
  if (protocol.http)
    throw new Error(
      "expected an application with a WebSocket, which can be held, found one that is proven by a plain request (handshake http)\n  next: npm run diagnose; with several applications: --application NAME of another one",
    );
  const tally = new Tally(options.alarmAfterMs, options.emit, Date.now());
  const emit: Emit = (event) => {
    tally.take(event, Date.now());
    options.emit(event);
  };
  const ticking = setInterval(() => {
    tally.tick(Date.now());
    options.picture?.(tally.summary(Date.now()));
  }, 1_000);
  const names = { ssh: target.ssh, application: target.application };
  const url = target.urls.at(-1) ?? "";
  const losses = new Losses();
  const one = (which: Which) =>
    hold({ ...options, which, url, protocol, token, secrets: secretsOf(client), ca, names, emit, losses });
  try {
    const looks = looksAt(target, ca, options.timeoutMs);
    await Promise.all([
      ...[one("active"), one("silent")],
      looks && watchCertificate(looks, emit, options.signal),
    ]);
  } finally {
    clearInterval(ticking);
  }
  return tally.summary(Date.now());
}
