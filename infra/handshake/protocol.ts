import type { Client } from "./client.ts";
import type { Hop } from "./hops.ts";
import type { Answer, Question } from "./request.ts";
import type { Values } from "./values.ts";

/** What a protocol is given for its way on one URL. */
export interface Way {
  /** The address of the service; a copy, which may be changed. */
  readonly url: URL;
  /** Empty where there is none. */
  readonly token: string;
  /** Milliseconds for each opening and each answer. */
  readonly timeoutMs: number;
  /** Opens a connection, at the end closed as it should be. */
  open(opening?: Partial<WayOpening>): Promise<Client>;
  /** A plain HTTP request, as some protocols begin with. */
  request(question: Question): Promise<Answer>;
  /** The hop of the protocol that was under way is behind us. */
  pass(detail?: string): void;
  /** Run at the end, also where a hop failed, before the connections are closed. */
  atEnd(work: () => void): void;
}

export interface WayOpening {
  url: URL;
  headers: Record<string, string>;
  protocols: string[];
}

/** A client that the backend let in; where it came by a plain request, there is nothing that it holds. */
export interface Entered {
  readonly client?: Client;
  /** The protocol's own ping, or undefined where it has none that a client may send. */
  ping?: () => Promise<void>;
  /** What a client must send, and how often, although it has nothing to say; absent where silence is allowed. */
  alive?: { everyMs: number; send: () => void };
  /** What the script learned; the lines of the log use it. */
  values?: Values;
  /** The answers by which the client was let in, for {@link Protocol.sameAnswer}. */
  answers?: readonly string[];
}

/** One that holds a connection. */
export interface Session extends Entered {
  readonly client: Client;
}

export const holdsConnection = (session: Entered): session is Session => session.client !== undefined;

/** What must be in the backend's log. */
export interface LogLines {
  logLines: readonly string[];
  logWithin: number;
}

/**
 * What a backend speaks. The proof from outside, the one on the host before users meet a release, `diagnose` and
 * `watch` all ask it the same: how a client gets in, how it pings, and what else can be proven.
 */
export interface Protocol {
  /** As the configuration names it; `script` for the operator's own. */
  readonly name: string;
  /** Whether it is plain requests, and no WebSocket: then there is neither `upgrade` nor `close`. */
  readonly http?: true;
  /** Its own hops: before the upgrade, until the client is let in, and what is proven then. `close` follows. */
  readonly hops: { before?: readonly Hop[]; entry: readonly Hop[]; proof: readonly Hop[] };
  readonly log?: LogLines;
  /** Whether the client shows the token: else nothing can be asked about a wrong one. */
  readonly showsToken: boolean;
  /** Opens a connection and does what a client does until it is let in. Throws {@link Stopped} where it is not. */
  enter(way: Way): Promise<Entered>;
  /** What is asked of the backend beyond that, hop by hop, by a client that holds a connection. */
  prove(way: Way, session: Session): Promise<void>;
  /** Whether both were let in alike. For protocols whose answers alone do not tell. */
  sameAnswer?(right: Entered, wrong: Entered): boolean;
}
