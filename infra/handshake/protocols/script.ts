import { randomBytes } from "node:crypto";
import type { Client } from "../client.ts";
import { awaitAnswer, expectsAnswer, messageOf, sentNames } from "../exchange.ts";
import { textOf } from "../frame.ts";
import type { Hop } from "../hops.ts";
import type { Protocol, Session, Way } from "../protocol.ts";
import type { HandshakeScript, HandshakeStep } from "../script.ts";
import { Stopped } from "../seen.ts";
import { type Json, placeholders, type Values } from "../values.ts";
import { openingOf, tokenOf } from "./opening.ts";
import { sameKind } from "./same-kind.ts";

/** The operator's own protocol: what a script sends and expects, with one client or two. */
export function scripted(name: string, script: HandshakeScript): Protocol {
  const { steps, logLines, logWithin } = script;
  const entry = introduction(script);
  const hops = hopsOf(script);
  return {
    name,
    hops: { entry: hops.slice(0, entry.length), proof: hops.slice(entry.length) },
    ...(logLines.length > 0 && { log: { logLines, logWithin } }),
    showsToken: opensWithToken(script) || entry.some((step) => sentNames(step).includes("token")),
    async enter(way) {
      const session = await ScriptSession.open(way, script, name === "script");
      await session.take(entry);
      return session;
    },
    async prove(_, session) {
      if (session instanceof ScriptSession) await session.take(steps.slice(entry.length));
    },
    sameAnswer: ({ answers: right = [] }, { answers: wrong = [] }) =>
      right.every((answer, i) => sameKind(answer, wrong[i] ?? "")),
  };
}

const isPing = ({ name, pingFrame }: HandshakeStep) => pingFrame === true || /ping|heart/i.test(name);

/** What the first client says until it is known: everything before the first ping, or before a second client. */
export function introduction({ steps }: HandshakeScript): HandshakeStep[] {
  const end = steps.findIndex((step) => isPing(step) || step.client === 2);
  return end < 0 ? steps : steps.slice(0, end);
}

const opensWithToken = ({ clients }: HandshakeScript) =>
  placeholders((clients[1] ?? {}) as Json).includes("token");

/** The hops of the steps, in order, and what each is about. */
function hopsOf(script: HandshakeScript): Hop[] {
  const { steps } = script;
  const shown = opensWithToken(script) ? 0 : steps.findIndex((step) => sentNames(step).includes("token"));
  const token = shown < 0 ? undefined : steps.slice(shown).find(expectsAnswer);
  const second = steps.findIndex(({ client }) => client === 2);
  return steps.map((step, i) => {
    const { name } = step;
    if (isPing(step)) return { name, about: "ping" };
    if (second >= 0 && i >= second) return { name, about: "sync" };
    return step === token ? { name, about: "token" } : { name };
  });
}

class ScriptSession implements Session {
  values: Values;
  readonly answers: string[] = [];
  readonly ping?: () => Promise<void>;
  readonly #way: Way;
  readonly #script: HandshakeScript;
  readonly #ownScript: boolean;
  readonly #clients = new Map<1 | 2, Client>();
  readonly #sent = new Set<HandshakeStep>();

  static async open(way: Way, script: HandshakeScript, ownScript: boolean): Promise<ScriptSession> {
    const session = new ScriptSession(way, script, ownScript);
    await session.#client(1);
    return session;
  }

  private constructor(way: Way, script: HandshakeScript, ownScript: boolean) {
    this.#way = way;
    this.#script = script;
    this.#ownScript = ownScript;
    this.values = new Map<string, Json>([...tokenOf(way), ["nonce", randomBytes(6).toString("hex")]]);
    const ping = script.steps.find((step) => isPing(step) && (step.pingFrame || expectsAnswer(step)));
    if (ping) this.ping = () => this.#exchange(ping);
    way.atEnd(() => this.#cleanUp());
  }

  get client(): Client {
    return this.#clients.get(1) as Client;
  }

  async take(steps: readonly HandshakeStep[]): Promise<void> {
    for (const step of steps) {
      await this.#exchange(step).catch((error) => {
        if (error instanceof Stopped && this.#ownScript) error.seen.script = true;
        throw error;
      });
      this.#way.pass();
    }
  }

  async #exchange(step: HandshakeStep): Promise<void> {
    const client = await this.#client(step.client);
    const { within: withinMs = this.#way.timeoutMs, stay } = step;
    this.#send(client, step);
    if (step.pingFrame) await client.pingFrame(withinMs);
    if (expectsAnswer(step)) await this.#receive(client, step, withinMs);
    if (stay !== undefined) await client.stay(stay);
  }

  async #receive(client: Client, step: HandshakeStep, withinMs: number): Promise<void> {
    const { refused } = this.#script;
    const { values, frame } = await awaitAnswer(client, step, this.values, { withinMs, refused });
    this.values = values;
    this.answers.push(textOf(frame));
  }

  #send(client: Client, step: HandshakeStep): void {
    const message = messageOf(step, this.values, this.#way.url.href);
    if (message === undefined) return;
    this.#sent.add(step);
    client.send(message);
  }

  async #client(number: 1 | 2): Promise<Client> {
    const known = this.#clients.get(number);
    if (known) return known;
    const client = await this.#way.open(
      openingOf(this.#way, this.#script.clients[number] ?? {}, this.values),
    );
    this.#clients.set(number, client);
    return client;
  }

  /** What the script made on the host is taken back, as far as it is known; the answer is not waited for. */
  #cleanUp(): void {
    for (const step of this.#script.steps) {
      const client = this.#clients.get(step.client);
      const able = sentNames(step).every((name) => this.values.has(name));
      if (step.cleanup && client && able && !this.#sent.has(step)) this.#send(client, step);
    }
  }
}
