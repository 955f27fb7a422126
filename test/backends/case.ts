import type { Client } from "./clients/client.ts";

/** A backend as it is in its repository, and how it is deployed. */
export interface Case {
  /** What it is called in the table of results. */
  name: string;
  /** Its repository: a folder of fixtures/. */
  fixture: string;
  /** The backend's folder in it. Default: the repository itself. */
  member?: string;
  /** The file that has `release = 1`, or `release: number = 1`; the second release says 2 there. */
  release: string;
  client: Client;
  /** The path that nginx upgrades. Default `/ws`. */
  path?: string;
  /** What the operator configures beside `backendSource`, `backendName` and `websocketPath`. */
  configuration?: Record<string, unknown>;
  /** What the hello must hold in both releases. */
  hello?: Record<string, unknown>;
  /** What the hello must hold in the second release alone, such as data of the first. */
  later?: Record<string, unknown>;
  /** What the first `up` must say. */
  says?: RegExp;
  /** One of the few that every `npm test` runs. */
  telling?: true;
}

/** What was measured of a case; one row of the table. */
export interface Result {
  backend: string;
  deployed: boolean;
  /** By which preset the `up` proved it. */
  proven: string;
  /** New handshakes during the second release, and what each failed one saw. */
  handshakes: number;
  failures: string[];
  /** What the clients that stayed saw. */
  saw: string;
  /** Why the case failed; undefined where all of it held. */
  fault?: string;
}
