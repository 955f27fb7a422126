import type { HostNames } from "./advice.ts";
import { Client } from "./client.ts";
import { type HandshakeFailure, readFailure } from "./failure.ts";
import { type Hop, Hops, notAsked } from "./hops.ts";
import { shownUrl } from "./mask.ts";
import type { NetworkHop } from "./open.ts";
import { type Entered, holdsConnection, type Protocol, type Way, type WayOpening } from "./protocol.ts";
import type { HandshakeRow, Subject } from "./report.ts";
import { type Answer, httpRequest, type Question } from "./request.ts";
import { type Seen, Stopped } from "./seen.ts";
import type { Values } from "./values.ts";

export interface RunOptions {
  url: string;
  protocol: Protocol;
  /** Empty where there is none. */
  token: string;
  ca?: string | undefined;
  /** The machine that is dialled; default: where the name of `url` leads. */
  at?: string | undefined;
  timeoutMs: number;
  names: HostNames;
}

export interface Run {
  rows: HandshakeRow[];
  failure?: HandshakeFailure;
  /** What the client saw where it failed. */
  seen?: Seen;
  /** The values that a script learned; the log's lines use them. */
  values: Values;
}

/** All that a protocol proves, on one URL. */
export async function runProtocol(options: RunOptions): Promise<Run> {
  const { url, protocol } = options;
  const way = new ProtocolWay(options);
  let session: Entered | undefined;
  const failure = await way.untilFailure(async () => {
    session = await protocol.enter(way);
    if (holdsConnection(session)) await protocol.prove(way, session);
    await way.close();
  });
  const told = { token: failure || !showsToken(options) ? "" : tokenShown };
  const rows = [...way.hops.rows, ...notAsked(shownUrl(asSpoken(protocol, url)), unasked(options), told)];
  return { rows, values: session?.values ?? new Map(), ...failure };
}

export interface Entry {
  rows: HandshakeRow[];
  failure?: HandshakeFailure;
  seen?: Seen;
}

/**
 * Gets in, as any client of this protocol does, runs `inside`, and leaves. Undefined where the client was let in and
 * `inside` threw no {@link Stopped}.
 */
export async function enterAndLeave(
  options: RunOptions,
  inside: (session: Entered, way: Way) => Promise<void> = async () => {},
): Promise<Entry> {
  const way = new ProtocolWay(options);
  const failure = await way.untilFailure(async () => {
    const session = await options.protocol.enter(way);
    await inside(session, way);
  });
  return { rows: way.hops.rows, ...failure };
}

/** An address of the service, which is given as that of a WebSocket, as this protocol goes to it. */
const asSpoken = (protocol: Protocol, url: string) => (protocol.http ? url.replace(/^ws/, "http") : url);

/** Of a protocol without a hop about the token: whether it is checked, the question about a wrong one tells. */
const tokenShown = "shown";

const showsToken = ({ protocol, token }: RunOptions) => protocol.showsToken && token !== "";

/** What the protocol has no hop about. The log is asked for elsewhere. */
function unasked(options: RunOptions): Subject[] {
  const asked = hopsOf(options).map(({ about }) => about);
  return (["token", "ping", "sync"] as const).filter((subject) => !asked.includes(subject));
}

type Failed = { failure: HandshakeFailure; seen: Seen };

/** One client's way, and those of others that the protocol needs; it knows the hop that is under way. */
export class ProtocolWay implements Way {
  readonly hops: Hops;
  readonly token: string;
  readonly timeoutMs: number;
  readonly #options: RunOptions;
  readonly #clients: Client[] = [];
  readonly #last: (() => void)[] = [];

  constructor(options: RunOptions) {
    const { token, timeoutMs, url } = options;
    this.token = token;
    this.timeoutMs = timeoutMs;
    this.#options = { ...options, url: asSpoken(options.protocol, url) };
    this.hops = new Hops(shownUrl(this.#options.url), hopsOf(options));
  }

  get url(): URL {
    return new URL(this.#options.url);
  }

  async open({ url = this.url, headers = {}, protocols = [] }: Partial<WayOpening> = {}): Promise<Client> {
    const { ca, at, timeoutMs } = this.#options;
    const client = await Client.open({ url, headers, protocols, ca, at, timeoutMs, passed: this.#passed });
    this.#clients.push(client);
    return client;
  }

  request(question: Question): Promise<Answer> {
    const { ca, at, timeoutMs } = this.#options;
    return httpRequest(question, { ca, at, timeoutMs, passed: this.#passed });
  }

  pass(detail?: string): void {
    this.hops.pass(detail);
  }

  atEnd(work: () => void): void {
    this.#last.push(work);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close(this.timeoutMs)));
    this.pass();
  }

  /** Whatever happens, what was opened is closed before this returns. */
  async untilFailure(work: () => Promise<void>): Promise<Failed | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      return this.#failed(error);
    } finally {
      await this.leave();
    }
  }

  /** Takes back what is to be taken back, and leaves what is still open. */
  async leave(): Promise<void> {
    for (const last of this.#last.splice(0)) last();
    await Promise.all(this.#clients.map((client) => client.leave()));
  }

  readonly #passed = (hop: NetworkHop, detail?: string) => this.hops.passNamed(hop, detail);

  #failed(error: unknown): Failed {
    if (!(error instanceof Stopped)) throw error;
    const { names, url } = this.#options;
    const seen = { ...error.seen, showedToken: showsToken(this.#options) };
    const hop = this.hops.current;
    const reading = readFailure(hop, seen, names);
    this.hops.fail(reading.cause);
    return { failure: { url: shownUrl(url), hop, ...reading }, seen };
  }
}

function hopsOf({ url, protocol, token }: RunOptions): Hop[] {
  const { before = [], entry, proof } = protocol.hops;
  const opened = protocol.http ? [] : [{ name: "upgrade" }];
  const closed = protocol.http ? [] : [{ name: "close" }];
  const network = ["name", "tcp", ...(/^(wss|https):/.test(url) ? ["tls"] : [])].map((name) => ({ name }));
  const hops: Hop[] = [...network, ...before, ...opened, ...entry, ...proof, ...closed];
  // Without a token a client that gets in tells nothing about tokens.
  return token === ""
    ? hops.map(({ name, about }) => ({ name, ...(about !== "token" && about && { about }) }))
    : hops;
}
