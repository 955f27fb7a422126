import type { HandshakeRow } from "../../../infra/handshake/report.ts";
import type { Seen } from "../../../infra/handshake/seen.ts";

/** What a client sees from here. */
export interface Outside {
  name: NameSeen;
  ports: PortSeen[];
  /** Undefined where no address is wss, or nothing took the connection. */
  tls?: TlsSeen;
  page?: PageSeen;
  flows: Flow[];
  /** Undefined where no token is known, or the flow itself did not pass. */
  wrongToken?: "refused" | "accepted";
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

/** One address, from the name to the close. */
export interface Flow {
  url: string;
  rows: HandshakeRow[];
  /** The hop that broke, the reading of the client alone, and what it saw. */
  failure?: { hop: string; cause: string; seen: Seen };
}
