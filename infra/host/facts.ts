import type { Found, FoundData } from "./found.ts";

/** A file that a step placed, as it is on the host now. */
export interface FileFact {
  step: string;
  path: string;
  /** It is as a run that failed left it: written or removed by this package since the step was applied last. */
  left?: true;
  /** Undefined where there is no such file. */
  found?: { owner: string; mode: string /** Milliseconds, as of `Date`. */; modified: number; text: string };
}

/** Files that a release wrote: one, or those of a folder. */
export interface Written {
  /** `db.sqlite`, `data/db.sqlite`, or `uploads/` where it is more than one. */
  name: string;
  bytes: number;
  count: number;
}

/** What a step was applied with last. */
export interface AppliedFact {
  /** The options of its command line: `--script 1a2b3c4d --run 9f3c51ab-7`. */
  options: string;
  /** The payload; of a secret one only the settings. */
  payload: string;
}

/**
 * What the host says of itself, gathered in one round trip. Nothing here is compared with what is wanted. Plain data:
 * Pulumi takes values apart on their way through outputs, and of a Map or a Date nothing would be left.
 */
export interface Facts {
  /** First digits of /etc/machine-id. */
  machine: string;
  name: string;
  /** Milliseconds, as of `Date`, by the clock of the host. */
  time: number;
  ipv6: boolean;
  /** Whether nginx hands out files that were compressed ahead with brotli. */
  brotli: boolean;
  /**
   * The host's own command: the SHA-256 of its text, its options, its owner and mode; and `uploads`, the owner and mode of
   * the folder in which releases arrive, or `none`.
   */
  command: { sum?: string; access?: string; uploads?: string; options: string };
  node?: string;
  applied: Record<string, AppliedFact>;
  /** By step: what its own check found, a line each. */
  differs: Record<string, string[]>;
  files: FileFact[];
  /** By job: why it did not end well. `candidate` is the trial of the wanted site, `rules` that of the firewall's. */
  failed: Record<string, string>;
  /** By path: free KiB. */
  disks: Record<string, number>;
  addresses: string[];
  /** By TCP port: the names of the processes that listen. */
  listeners: Record<number, string[]>;
  /** By TCP port: how many connections it holds. */
  connections: Record<number, number>;
  /** nginx's workers that reloads have replaced and that still hold connections, and those that serve now. */
  workers?: { old: WorkersFact; current: WorkersFact };
  user?: { name: string; home: string; group: string };
  /** By step: of each application that is wanted or there. */
  applications: Record<string, ApplicationFacts>;
  /** ufw as it is: whether its rules are in force, its default for incoming, and which wanted rules it has already. */
  firewall?: { active: boolean; default: string };
  open: string[];
  /** TCP ports that may answer from outside though ufw was to keep them closed: templates/scripts/firewall-exposed.sh. */
  exposed?: { port: number; how: string; by: string }[];
  /** By port of the backend: which other process listens there. */
  foreign: Record<number, string>;
  /** How often the archive of a release was missing on the host, so far: templates/scripts/backend-release.sh. */
  resent?: Record<string, number>;
  /** Wanted packages that are not installed. `known`: whether apt has it; undefined where its lists cannot tell. */
  missingPackages: {
    name: string;
    known?: boolean /** When the lists were fetched, as of `Date`. */;
    lists: number;
  }[];
  /** By unit that is wanted: `loaded`, `not-found`, `masked`. */
  services: Record<string, string>;
  /** By unit that this package brought up: how it was before. */
  servicesBefore: Record<string, { enabled: boolean; active: boolean }>;
  certificate?: { fingerprint: string; ends: number };
  /** Of `tls: acme`; the names of the script that writes them, templates/scripts/acme-renewal.sh. */
  acme?: AcmeFact;
  /** What the host allows, by name, where a number of connections is expected: templates/scripts/facts-capacity.sh. */
  allowed?: Record<string, { value: number /** The host may not raise it. */; fixed?: true }>;
  /** What serves on a host on which no release runs yet. */
  found: Found;
  /** Whose the host is: `organization/project/stack/name`. */
  owner?: string;
  /** The run that is at work on it now, as it calls itself: what, whose, since when. */
  running?: string;
}

/** What the host says of one application. */
export interface ApplicationFacts {
  /**
   * The backend as it runs: the set of ports it is on (infra/render/ports.ts), which these are, and whether it asks its
   * clients to reconnect in a release; undefined where none runs.
   */
  backend?: { set: "a" | "b"; ports?: number[]; asks?: "yes" | "no" | "unknown" };
  environment?: { options: string; sum?: string; keptSum?: string; access?: string };
  /** What the running release wrote into its own folder, by entry of that folder. */
  written?: { release: string; entries: Written[] };
  /** The port of the application in whose place the first release comes: templates/scripts/backend-taken.sh. */
  taken?: number;
  /** Data that comes along with the first release. */
  data: FoundData[];
}

/** The host as one of its applications sees it. */
export type FactsOfOne = Facts & ApplicationFacts;

/** @param step of the application, or of its secret environment */
export function factsOf(facts: Facts, step: string): FactsOfOne {
  const own = facts.applications[step.replace(/^environment(?=-|$)/, "backend")];
  return { ...facts, data: [], ...own };
}

/** Workers of nginx: how many, their connections of clients, and their memory in KiB. */
export interface WorkersFact {
  count: number;
  connections: number;
  kib: number;
}

/** What the host has by ACME. */
export interface AcmeFact {
  /** The certificate on the host that covers the wanted names; its end as of `Date`. */
  certificate?: { fingerprint: string; ends: number };
  timer?: { enabled: boolean; active: boolean };
  /** What the last order or renewal came to: the `key=value` lines of /var/lib/geo-system-acme/last. */
  last?: Readonly<Record<string, string>>;
}
