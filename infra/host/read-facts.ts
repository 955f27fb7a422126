import type { ApplicationFacts, Facts, Written } from "./facts.ts";
import { foundProcess, nothingFound } from "./found.ts";
import { type KnownTexts, knownTexts } from "./known-texts.ts";

type Values = [string, string, string, string, string, string, string];
type NumberValues = [number, number, number, number, number, number, number];
type Reader = (facts: Facts, values: Values, known: KnownTexts) => void;

/** What each name of a fact stands for; templates/scripts/facts*.sh write them. */
const readers: Record<string, Reader> = {
  machine: (facts, [machine, name]) => Object.assign(facts, { machine, name }),
  time: (facts, [seconds]) => Object.assign(facts, { time: date(seconds) }),
  ipv6: (facts, [value]) => Object.assign(facts, { ipv6: value === "yes" }),
  brotli: (facts, [value]) => Object.assign(facts, { brotli: value === "yes" }),
  command: (facts, [sum, options, access, uploads]) =>
    Object.assign(facts, { command: known({ sum, access, uploads }, { options }) }),
  node: (facts, [node]) => Object.assign(facts, known({ node }, {})),
  applied: ({ applied }, [step, options, payload], known) => {
    applied[step] = { options, payload: payload === same ? known.wanted(step) : decoded(payload) };
  },
  differs: ({ differs }, [step, line]) => add(differs, step, decoded(line).trim()),
  failed: ({ failed }, [job, said]) => {
    failed[job] = decoded(said).trim();
  },
  file: ({ files }, [step, path, owner, mode, modified, encoded, left], known) => {
    const text = encoded === same ? known.file(step, path) : decoded(encoded);
    files.push({
      step,
      path,
      ...(left === "yes" && { left: true }),
      ...(owner !== missing && { found: { owner, mode, modified: date(modified), text } }),
    });
  },
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
  backend: (facts, [step, set, asks, ports]) => {
    const inUse = ports === "" || ports === missing ? {} : { ports: ports.split(",").map(Number) };
    Object.assign(application(facts, step), { backend: known({ asks }, { set, ...inUse }) });
  },
  firewall: (facts, [state, policy]) =>
    Object.assign(facts, { firewall: { active: state === "active", default: policy } }),
  open: ({ open }, [rule]) => open.push(rule),
  resent: (facts, [step, count]) => {
    facts.resent = { ...facts.resent, [step]: Number(count) };
  },
  exposed: (facts, [port, how, by]) => {
    facts.exposed = [...(facts.exposed ?? []), { port: Number(port), how, by }];
  },
  foreign: ({ foreign }, [port, process]) => {
    foreign[Number(port)] = process;
  },
  user: (facts, [name, home, group]) => Object.assign(facts, { user: { name, home, group } }),
  environment: (facts, [step, options, sum, keptSum, access]) =>
    Object.assign(application(facts, step), { environment: known({ sum, keptSum, access }, { options }) }),
  certificate: (facts, [fingerprint, ends]) =>
    Object.assign(facts, { certificate: { fingerprint, ends: date(ends) } }),
  "acme-certificate": (facts, [fingerprint, ends]) => {
    facts.acme = { ...facts.acme, certificate: { fingerprint, ends: date(ends) } };
  },
  "acme-timer": (facts, [enabled, active]) => {
    facts.acme = { ...facts.acme, timer: { enabled: enabled === "enabled", active: active === "active" } };
  },
  "acme-last": (facts, [lines]) => {
    facts.acme = { ...facts.acme, last: readKeyed(decoded(lines)) };
  },
  allowed: (facts, [name, value, fixed]) => {
    facts.allowed = {
      ...facts.allowed,
      [name]: { value: Number(value), ...(fixed === "fixed" && { fixed: true }) },
    };
  },
  package: ({ missingPackages }, [name, is, lists]) =>
    missingPackages.push({ name, ...(is !== missing && { known: is === "known" }), lists: date(lists) }),
  service: ({ services }, [unit, state]) => {
    services[unit] = state;
  },
  "service-before": ({ servicesBefore }, [unit, enabled, active]) => {
    servicesBefore[unit] = { enabled: enabled === "yes", active: active === "yes" };
  },
  written: (facts, [step, release, lines]) =>
    Object.assign(application(facts, step), { written: { release, entries: readWritten(decoded(lines)) } }),
  found: ({ found }, [port, lines]) =>
    found.processes.push(
      foundProcess(port === missing ? undefined : Number(port), readKeyed(decoded(lines))),
    ),
  "found-nginx": ({ found }, [text]) => Object.assign(found, { nginx: decoded(text) }),
  "found-taken": (facts, [step, port]) => Object.assign(application(facts, step), { taken: Number(port) }),
  "found-welcome": ({ found }) => Object.assign(found, { welcome: true }),
  "found-boot": ({ found }, [unit, user]) => found.boot.push({ unit, user }),
  "found-data": (facts, [step, source, path, state, bytes, named]) =>
    application(facts, step).data.push({
      source,
      path,
      state,
      named: named === "yes",
      ...(bytes && { bytes: Number(bytes) }),
    }),
  owner: (facts, [owner]) => Object.assign(facts, { owner }),
  running: (facts, [line]) => Object.assign(facts, { running: decoded(line).trim() }),
};

/** What the host writes in the place of a value that it does not have. */
const missing = "-";
/** And in that of a text that the program knows. */
const same = "=";

/**
 * Reads the answer of the host, one fact a line: `name<TAB>value…`.
 *
 * @param wanted the payloads that the question held
 * @throws if it broke off before its end, holds a fact of another version, or the host could not tell of itself
 * @example parseFacts("machine\t9f3c51ab\tweb1\nend\n").machine // "9f3c51ab"
 */
export function parseFacts(text: string, wanted: ReadonlyMap<string, string> = new Map()): Facts {
  const lines = text.trimEnd().split("\n");
  if (lines.pop() !== "end") throw new Error("the host's facts broke off before their end");
  const facts = nothing();
  const known = knownTexts(facts, wanted);
  // Files last: what the payloads of their steps leave open, other facts fill in.
  for (const line of lines.toSorted((a, b) => Number(isFile(a)) - Number(isFile(b)))) {
    const [name = "", ...values] = line.split("\t");
    const read = readers[name];
    if (!read)
      throw new Error(`the host's facts hold ${JSON.stringify(name)}, which this version does not know`);
    read(facts, Array.from({ length: 7 }, (_, i) => values[i] ?? "") as Values, known);
  }
  const { host } = facts.failed;
  if (host !== undefined) throw new Error(`the host cannot tell of itself: ${host}`);
  return facts;
}

const isFile = (line: string) => line.startsWith("file\t");

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
    applications: {},
    missingPackages: [],
    services: {},
    servicesBefore: {},
    foreign: {},
    open: [],
    found: nothingFound(),
  };
}

/** Lines of `BYTES<TAB>COUNT<TAB>NAME`, as templates/scripts/backend-written.sh prints them. */
export function readWritten(lines: string): Written[] {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"))
    .map(([bytes, count, name = ""]) => ({ name, bytes: Number(bytes), count: Number(count) }));
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

function application({ applications }: Facts, step: string): ApplicationFacts {
  applications[step] ??= { data: [] };
  return applications[step];
}

/** The values that the host has, and `others` as they are. */
function known<T extends object>(values: Record<string, string>, others: T): T & Record<string, string> {
  const there = Object.entries(values).filter(([, value]) => value !== missing && value !== "");
  return { ...Object.fromEntries(there), ...others };
}

function add(lists: Record<string, string[]>, key: string, value: string): void {
  lists[key] = [...(lists[key] ?? []), value];
}
