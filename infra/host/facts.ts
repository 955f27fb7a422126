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
  user?: { name: string; home: string; group: string };
  /**
   * The backend as it runs: the set of ports it is on (infra/render/ports.ts), and whether it asks its clients to
   * reconnect in a release; undefined where none runs.
   */
  backend?: { set: "a" | "b"; asks?: "yes" | "no" | "unknown" };
  /** ufw as it is: whether its rules are in force, its default for incoming, and which wanted rules it has already. */
  firewall?: { active: boolean; default: string };
  open: string[];
  /** By port of the backend: which other process listens there. */
  foreign: Record<number, string>;
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
  /** The last line of the host's journal. */
  journal?: string;
  /** Whose the host is: `organization/project/stack/name`. */
  owner?: string;
  /** The run that is at work on it now, as it calls itself: what, whose, since when. */
  running?: string;
}

type Values = [string, string, string, string, string, string, string];
type Reader = (facts: Facts, values: Values) => void;

/** What each name of a fact stands for; templates/scripts/facts*.sh write them. */
const readers: Record<string, Reader> = {
  machine: (facts, [machine, name]) => Object.assign(facts, { machine, name }),
  time: (facts, [seconds]) => Object.assign(facts, { time: date(seconds) }),
  ipv6: (facts, [value]) => Object.assign(facts, { ipv6: value === "yes" }),
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
  backend: (facts, [set, asks]) => Object.assign(facts, { backend: known({ asks }, { set }) }),
  firewall: (facts, [state, policy]) =>
    Object.assign(facts, { firewall: { active: state === "active", default: policy } }),
  open: ({ open }, [rule]) => open.push(rule),
  foreign: ({ foreign }, [port, process]) => {
    foreign[Number(port)] = process;
  },
  user: (facts, [name, home, group]) => Object.assign(facts, { user: { name, home, group } }),
  environment: (facts, [options, sum, keptSum, access]) =>
    Object.assign(facts, { environment: known({ sum, keptSum, access }, { options }) }),
  certificate: (facts, [fingerprint, ends]) =>
    Object.assign(facts, { certificate: { fingerprint, ends: date(ends) } }),
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
  };
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
