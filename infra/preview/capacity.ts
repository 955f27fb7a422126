import type { Facts } from "../host/facts.ts";
import { pulumiLine } from "../pulumi-command.ts";
import { kernelLimits, mostOfSource, sizesFor } from "../render/capacity.ts";
import { setKey } from "../settings/application-key.ts";
import { applicationsOf } from "../settings/applications.ts";
import type { Settings } from "../settings/schema.ts";
import { memoryLimit } from "./memory.ts";
import { number } from "./number.ts";

/** What a host has, and how many connections of clients that is enough for. */
export interface Limit {
  holds: number;
  /** `hard limit of open files 20,000 (nginx worker)` */
  what: string;
  /** How an operator lifts it. */
  lift: string;
}

export type Expected = Partial<Pick<Settings, "expectedConnections" | "tls" | "applications">> &
  Pick<Settings, "backendInstances">;

/** What a process opens beside its clients. */
const reserve = 512;
/** More workers of nginx than that on a processor only wait for each other. */
const workersOfProcessor = 4;
/** Ports that the kernel gives an address by default. */
const usualPorts = 28_232;

/** Each limit of a host that this package does not raise by itself, with what an `up` would raise counted as raised. */
export function hostLimits(facts: Facts, settings: Expected): Limit[] {
  const { expectedConnections: expected } = settings;
  if (expected === undefined || !facts.allowed) return [];
  return [
    ...nginxFiles(facts),
    ...backendFiles(facts, settings),
    ...ports(facts, expected),
    ...kernel(facts, expected),
    ...memoryLimit(facts, settings),
  ];
}

/** The limit that is reached first. */
export const tightest = (limits: readonly Limit[]): Limit | undefined =>
  limits.toSorted((one, other) => one.holds - other.holds)[0];

/** What a preview says of it, and why an `up` is refused. */
export function capacityText(facts: Facts, settings: Expected): string | undefined {
  const limit = tightest(hostLimits(facts, settings));
  return limit && `this host holds ${number(limit.holds)} connections: ${limit.what}`;
}

export function capacityRefused(facts: Facts, settings: Expected): string[] {
  const limit = tightest(hostLimits(facts, settings));
  const expected = settings.expectedConnections ?? 0;
  if (!limit || limit.holds >= expected) return [];
  return [
    `expectedConnections: expected at most ${limit.holds}, which this host holds, found ${expected}: ${limit.what}; ${limit.lift}, or ${pulumiLine(`config set expectedConnections ${limit.holds}`)}`,
  ];
}

const value = ({ allowed }: Facts, name: string) => allowed?.[name]?.value ?? 0;

function nginxFiles(facts: Facts): Limit[] {
  const files = value(facts, "nginx-files");
  const workers = value(facts, "processors") * workersOfProcessor;
  const { openFiles } = sizesFor(1000);
  return [
    {
      holds: Math.floor((workers * Math.max(0, files - reserve) * 1000) / openFiles),
      what: `hard limit of open files ${number(files)} (nginx worker, of which ${workers} are ${workersOfProcessor} a processor)`,
      lift: liftFiles,
    },
  ];
}

const liftFiles =
  "raise the hard limit of open files of the host: fs.nr_open, or that of the container which it is; an nginx that runs in one takes it at its next restart";

/** pm2 has no limit of its own, and hands on what the host has. Several processes do not share the clients evenly. */
function backendFiles(facts: Facts, settings: Expected): Limit[] {
  const files = value(facts, "backend-files");
  const applications = applicationsOf(settings);
  const [first] = applications;
  const instances = applications.reduce((sum, each) => sum + each.backendInstances, 0);
  const even = instances === 1 ? 1 : 0.9;
  const processes = instances === 1 ? "1 process" : `${instances} processes`;
  if (!first) return [];
  return [
    {
      holds: Math.floor(instances * Math.max(0, files - reserve) * even),
      what: `hard limit of open files ${number(files)} (backend, ${processes})`,
      lift: `more processes of the backend: ${pulumiLine(`${setKey(first, "backendInstances")} ${first.backendInstances + 1}`)}`,
    },
  ];
}

function ports(facts: Facts, expected: number): Limit[] {
  const range = value(facts, "ports");
  const { sources } = sizesFor(expected);
  if (range >= usualPorts) return [];
  return [
    {
      holds: Math.floor((sources * mostOfSource * range) / usualPorts),
      what: `${number(range)} ports for connections from nginx to the backend, from each of ${sources} addresses (net.ipv4.ip_local_port_range)`,
      lift: "on the host: sudo sysctl -w net.ipv4.ip_local_port_range='32768 60999'",
    },
  ];
}

/** What of the kernel the host itself may not raise. */
function kernel({ allowed = {} }: Facts, expected: number): Limit[] {
  return Object.entries(kernelLimits(expected)).flatMap(([name, needed]) => {
    const limit = allowed[name];
    if (!limit?.fixed || limit.value >= needed) return [];
    return [
      {
        holds: Math.floor(limit.value * (name.endsWith("conntrack_max") ? 1 / 4 : 4)),
        what: `${name} ${number(limit.value)}, which this host may not raise`,
        lift: "set it on the machine that carries this host",
      },
    ];
  });
}
