import type { HandshakeRow } from "../../../infra/handshake/report.ts";
import type { Seen } from "../../../infra/handshake/seen.ts";
import type { TokenAnswer } from "../../../infra/handshake/wrong-token.ts";

/** What a client sees from here. */
export interface Outside {
  name: NameSeen;
  ports: PortSeen[];
  /** Undefined where no address is wss, or nothing took the connection. */
  tls?: TlsSeen;
  page?: PageSeen;
  /** Requests of several sizes, the smallest first. Undefined where no client was left without an answer. */
  sizes?: SizeSeen[];
  /** Connections at once. Undefined where the host itself was asked, or a client did not pass. */
  many?: ManySeen;
  flows: Flow[];
  /** What the client speaks, and what it can tell. */
  client: ClientSeen;
  /** Undefined where no token is known, or the flow itself did not pass. */
  wrongToken?: TokenAnswer;
  /** Undefined where the backend's log was not read; else the lines it should have and has not. */
  missingLines?: string[];
}

export interface NameSeen {
  host: string;
  addresses: string[];
  /** Why there are none: ENOTFOUND, EAI_AGAIN. */
  code?: string;
}

export type PortState = "open" | "refused" | "silent" | "no route";

export interface PortSeen {
  address: string;
  port: number;
  state: PortState;
  ms: number;
}

export interface TlsSeen {
  protocol: string;
  /** In milliseconds since 1970. */
  begins: number;
  ends: number;
  names: string;
  /** Whether it is not for the host's name. */
  otherName: boolean;
  /** SHA-256, hexadecimal, in small letters. */
  fingerprint: string;
  /** The code of the verification: CERT_HAS_EXPIRED; undefined where it passed. */
  problem?: string;
  /** What broke TLS itself. */
  broken?: string;
}

export interface PageSeen {
  status: number;
  server: string;
  location: string;
  /** The beginning of the text. */
  body: string;
}

export interface SizeSeen {
  bytes: number;
  /** Whether anything came back. */
  answered: boolean;
}

export interface ManySeen {
  asked: number;
  /** How many of them were accepted and then never answered. */
  silent: number;
}

export interface ClientSeen {
  /** The preset, or `script`. */
  handshake: string;
  /** Whether it could go its whole way; else a token is wanted, and none is known. */
  knowsToken: boolean;
  /** Whether it has a token, and shows it. */
  showsToken: boolean;
  /** Whether its handshake says what the backend's log must show. */
  readsLog: boolean;
}

/** The connection of a client that says nothing: held for a second and answered a ping frame, closed, or never opened. */
export type PlainOpen = "held" | "closed" | "refused";

/** One address, from the name to the close. */
export interface Flow {
  /** Without its query. */
  url: string;
  rows: HandshakeRow[];
  /** The hop that broke, the reading of the client alone, and what it saw. */
  failure?: { hop: string; cause: string; seen: Seen };
  /** Where it broke beyond the port: whether a client that says nothing gets a connection. */
  plainOpen?: PlainOpen;
}
