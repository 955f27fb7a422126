import { type Found, foundProcess, nothingFound } from "./found.ts";

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

/** Lines of `BYTES<TAB>COUNT<TAB>NAME`, as templates/scripts/backend-written.sh prints them. */
export function readWritten(lines: string): Written[] {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"))
    .map(([bytes, count, name = ""]) => ({ name, bytes: Number(bytes), count: Number(count) }));
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
  /**
   * The backend as it runs: the set of ports it is on (infra/render/ports.ts), which these are, and whether it asks its
   * clients to reconnect in a release; undefined where none runs.
   */
  backend?: { set: "a" | "b"; ports?: number[]; asks?: "yes" | "no" | "unknown" };
  /** ufw as it is: whether its rules are in force, its default for incoming, and which wanted rules it has already. */
  firewall?: { active: boolean; default: string };
  open: string[];
  /** TCP ports that may answer from outside though ufw was to keep them closed: templates/scripts/firewall-exposed.sh. */
  exposed?: { port: number; how: string; by: string }[];
  /** By port of the backend: which other process listens there. */
  foreign: Record<number, string>;
  /** How often the archive of a release was missing on the host, so far: templates/scripts/backend-release.sh. */
  resent?: number;
  environment?: { options: string; sum?: string; keptSum?: string; access?: string };
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
  /** What the running release wrote into its own folder, by entry of that folder. */
  written?: { release: string; entries: Written[] };
  certificate?: { fingerprint: string; ends: number };
  /** Of `tls: acme`; the names of the script that writes them, templates/scripts/acme-renewal.sh. */
  acme?: AcmeFact;
  /** What serves on a host on which no release runs yet. */
  found: Found;
  /** The last line of the host's journal. */
  journal?: string;
  /** Whose the host is: `organization/project/stack/name`. */
  owner?: string;
  /** The run that is at work on it now, as it calls itself: what, whose, since when. */
  running?: string;
}

/** Workers of nginx: how many, their connections of clients, and their memory in KiB. */
export interface WorkersFact {
  count: number;
  connections: number;
  kib: number;
}

/** What the host has by ACME. */
export interface AcmeFact {
  /** The certificate on the host that covers the wanted names; its times as of `Date`. */
  certificate?: { fingerprint: string; ends: number; renewedAt: number; profile?: string; directory: string };
  timer?: { enabled: boolean; active: boolean };
  /** What the last order or renewal came to: the `key=value` lines of /var/lib/geo-system-acme/last. */
  last?: Readonly<Record<string, string>>;
}

type Values = [string, string, string, string, string, string, string];
type NumberValues = [number, number, number, number, number, number, number];
type Reader = (facts: Facts, values: Values) => void;

/** What each name of a fact stands for; templates/scripts/facts*.sh write them. */
const readers: Record<string, Reader> = {
  machine: (facts, [machine, name]) => Object.assign(facts, { machine, name }),
  time: (facts, [seconds]) => Object.assign(facts, { time: date(seconds) }),
  ipv6: (facts, [value]) => Object.assign(facts, { ipv6: value === "yes" }),
  brotli: (facts, [value]) => Object.assign(facts, { brotli: value === "yes" }),
  command: (facts, [sum, options, access, uploads]) =>
    Object.assign(facts, { command: known({ sum, access, uploads }, { options }) }),
  node: (facts, [node]) => Object.assign(facts, known({ node }, {})),
  applied: ({ applied }, [step, options, payload]) => {
    applied[step] = { options, payload: decoded(payload) };
  },
  differs: ({ differs }, [step, line]) => add(differs, step, decoded(line).trim()),
  failed: ({ failed }, [job, said]) => {
    failed[job] = decoded(said).trim();
  },
  file: ({ files }, [step, path, owner, mode, modified, text, left]) =>
    files.push({
      step,
      path,
      ...(left === "yes" && { left: true }),
      ...(owner !== missing && { found: { owner, mode, modified: date(modified), text: decoded(text) } }),
    }),
  disk: ({ disks }, [path, free]) => {
    disks[path] = Number(free);
  },
  address: ({ addresses }, [address]) => addresses.push(address),
  listener: ({ listeners }, [port, process]) => add(listeners, port, process),
  connections: ({ connections }, [port, count]) => {
    connections[Number(port)] = Number(count);
  },
  workers: (facts, values) => {
    const [old, oldConnections, oldKib, count, connections, kib] = values.map(Number) as NumberValues;
    const workers = {
      old: { count: old, connections: oldConnections, kib: oldKib },
      current: { count, connections, kib },
    };
    Object.assign(facts, { workers });
  },
  backend: (facts, [set, asks, ports]) => {
    const inUse = ports === "" || ports === missing ? {} : { ports: ports.split(",").map(Number) };
    Object.assign(facts, { backend: known({ asks }, { set, ...inUse }) });
  },
  firewall: (facts, [state, policy]) =>
    Object.assign(facts, { firewall: { active: state === "active", default: policy } }),
  open: ({ open }, [rule]) => open.push(rule),
  resent: (facts, [count]) => Object.assign(facts, { resent: Number(count) }),
  exposed: (facts, [port, how, by]) => {
    facts.exposed = [...(facts.exposed ?? []), { port: Number(port), how, by }];
  },
  foreign: ({ foreign }, [port, process]) => {
    foreign[Number(port)] = process;
  },
  user: (facts, [name, home, group]) => Object.assign(facts, { user: { name, home, group } }),
  environment: (facts, [options, sum, keptSum, access]) =>
    Object.assign(facts, { environment: known({ sum, keptSum, access }, { options }) }),
  certificate: (facts, [fingerprint, ends]) =>
    Object.assign(facts, { certificate: { fingerprint, ends: date(ends) } }),
  "acme-certificate": (facts, [fingerprint, ends, next, profile, directory]) => {
    const certificate = known(
      { profile },
      { fingerprint, ends: date(ends), renewedAt: date(next), directory },
    );
    facts.acme = { ...facts.acme, certificate };
  },
  "acme-timer": (facts, [enabled, active]) => {
    facts.acme = { ...facts.acme, timer: { enabled: enabled === "enabled", active: active === "active" } };
  },
  "acme-last": (facts, [lines]) => {
    facts.acme = { ...facts.acme, last: readKeyed(decoded(lines)) };
  },
  package: ({ missingPackages }, [name, is, lists]) =>
    missingPackages.push({ name, ...(is !== missing && { known: is === "known" }), lists: date(lists) }),
  service: ({ services }, [unit, state]) => {
    services[unit] = state;
  },
  "service-before": ({ servicesBefore }, [unit, enabled, active]) => {
    servicesBefore[unit] = { enabled: enabled === "yes", active: active === "yes" };
  },
  written: (facts, [release, lines]) =>
    Object.assign(facts, { written: { release, entries: readWritten(decoded(lines)) } }),
  found: ({ found }, [port, lines]) =>
    found.processes.push(
      foundProcess(port === missing ? undefined : Number(port), readKeyed(decoded(lines))),
    ),
  "found-nginx": ({ found }, [text]) => Object.assign(found, { nginx: decoded(text) }),
  "found-taken": ({ found }, [port]) => Object.assign(found, { taken: Number(port) }),
  "found-welcome": ({ found }) => Object.assign(found, { welcome: true }),
  "found-boot": ({ found }, [unit, user]) => found.boot.push({ unit, user }),
  "found-data": ({ found }, [source, path, state, bytes, named]) =>
    found.data.push({ source, path, state, named: named === "yes", ...(bytes && { bytes: Number(bytes) }) }),
  owner: (facts, [owner]) => Object.assign(facts, { owner }),
  running: (facts, [line]) => Object.assign(facts, { running: decoded(line).trim() }),
  journal: (facts, [line]) => Object.assign(facts, { journal: decoded(line).trim() }),
};

/** What the host writes in the place of a value that it does not have. */
const missing = "-";

/**
 * Reads the answer of the host, one fact a line: `name<TAB>value…`.
 *
 * @throws if it broke off before its end, holds a fact of another version, or the host could not tell of itself
 * @example parseFacts("machine\t9f3c51ab\tweb1\nend\n").machine // "9f3c51ab"
 */
export function parseFacts(text: string): Facts {
  const lines = text.trimEnd().split("\n");
  if (lines.pop() !== "end") throw new Error("the host's facts broke off before their end");
  const facts = nothing();
  for (const line of lines) {
    const [name = "", ...values] = line.split("\t");
    const read = readers[name];
    if (!read)
      throw new Error(`the host's facts hold ${JSON.stringify(name)}, which this version does not know`);
    read(facts, Array.from({ length: 7 }, (_, i) => values[i] ?? "") as Values);
  }
  const { host } = facts.failed;
  if (host !== undefined) throw new Error(`the host cannot tell of itself: ${host}`);
  return facts;
}

function nothing(): Facts {
  return {
    machine: "",
    name: "",
    time: 0,
    ipv6: true,
    brotli: false,
    command: { options: missing },
    applied: {},
    differs: {},
    files: [],
    failed: {},
    disks: {},
    addresses: [],
    listeners: {},
    connections: {},
    missingPackages: [],
    services: {},
    servicesBefore: {},
    foreign: {},
    open: [],
    found: nothingFound(),
  };
}

/** Lines of `key=value`. */
export function readKeyed(lines: string): Record<string, string> {
  const pairs = lines.split("\n").flatMap((line) => {
    const at = line.indexOf("=");
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
  });
  return Object.fromEntries(pairs);
}

const date = (seconds: string) => Number(seconds) * 1000;
const decoded = (base64: string) => Buffer.from(base64, "base64").toString();

/** The values that the host has, and `others` as they are. */
function known<T extends object>(values: Record<string, string>, others: T): T & Record<string, string> {
  const there = Object.entries(values).filter(([, value]) => value !== missing && value !== "");
  return { ...Object.fromEntries(there), ...others };
}

function add(lists: Record<string, string[]>, key: string, value: string): void {
  lists[key] = [...(lists[key] ?? []), value];
}
