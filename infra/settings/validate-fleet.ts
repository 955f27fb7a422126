import { nameOfHost } from "../fleet/host-name.ts";
import { readKeys } from "./checked.ts";
import { fleetSchema, type Rollout, rolloutOf } from "./fleet.ts";
import type { Settings } from "./schema.ts";
import { ConfigurationError, validate } from "./validate.ts";

/** One host of a fleet with all that holds for it. */
export interface FleetHost {
  /** What it is called within the fleet. */
  name: string;
  /** The arguments of a `WebSocketHost`. */
  args: Record<string, unknown>;
  settings: Settings;
}

export interface FleetSettings {
  hosts: FleetHost[];
  rollout: Rollout;
  entry: "dns" | undefined;
}

/**
 * Checks the arguments of a fleet and of each of its hosts, without touching anything.
 *
 * @param before problems of a host that are known already, by its place in the list
 * @throws ConfigurationError with every problem at once; what is wrong with all hosts is said once
 * @example validateFleet({ hosts: ["203.0.113.7", "203.0.113.8"] }).hosts[0].name // "203-0-113-7"
 */
export function validateFleet(
  raw: Record<string, unknown>,
  before: (host: number) => readonly string[] = () => [],
): FleetSettings {
  const { settings, problems } = readKeys(fleetSchema, raw);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const given = membersOf(raw);
  const checked = given.map(({ name, args }, i) => ({ name, args, ...checkHost(args, before(i)) }));
  const hosts = checked.flatMap(({ name, args, settings }) => (settings ? [{ name, args, settings }] : []));
  const entry = settings.entry as FleetSettings["entry"];
  const all = [
    ...hostProblems(raw, given),
    ...together(checked),
    ...(entry === "dns" ? together(hosts.map(behindDns)) : []),
  ];
  if (all.length > 0) throw new ConfigurationError(all);
  return { hosts, rollout: rolloutOf(settings.rollout), entry };
}

type Member = Pick<FleetHost, "name" | "args">;

/** Every host with its name and all of its arguments: those of the fleet, and its own. */
export function membersOf(raw: Record<string, unknown>): Member[] {
  const { hosts, rollout, entry, host, ...shared } = raw;
  return (Array.isArray(hosts) ? hosts : []).map((given: unknown) => {
    const { name, ...own } = (isObject(given) ? given : { host: given }) as Record<string, unknown>;
    const named = typeof name === "string" ? name : nameOfHost(own.host);
    return { name: named, args: { ...shared, ...own } };
  });
}

const isObject = (value: unknown) => typeof value === "object" && value !== null;

function checkHost(args: Record<string, unknown>, before: readonly string[]) {
  try {
    return { settings: validate(args, before), problems: [] };
  } catch (error) {
    if (error instanceof ConfigurationError) return { problems: error.problems };
    throw error;
  }
}

/** A problem of every host is one of what they share; another one is said with its host. */
function together(hosts: readonly { name: string; problems: readonly string[] }[]): string[] {
  const all = [...new Set(hosts.flatMap(({ problems }) => problems))];
  return all.flatMap((problem) => {
    const having = hosts.filter(({ problems }) => problems.includes(problem));
    return having.length === hosts.length ? [problem] : having.map(({ name }) => `hosts.${name}.${problem}`);
  });
}

/** What keeps a host from being found by the name of all. */
function behindDns({ name, settings }: FleetHost): { name: string; problems: string[] } {
  const { serverName, proxyProtocol, tls } = settings;
  return {
    name,
    problems: [
      ...(serverName
        ? []
        : [`serverName: expected the name that leads to all hosts, since entry is "dns", found nothing`]),
      ...(proxyProtocol
        ? ["entry: expected nothing, since proxyProtocol is on and clients come by a balancer"]
        : []),
      ...(tls === "acme"
        ? [
            'tls: expected "provided", "self-signed" or "off", since entry is "dns" and a CA may ask any host of the name for what one of them has; found "acme"',
          ]
        : []),
    ],
  };
}

const goodName = /^[a-z0-9][a-z0-9-]{0,40}$/;

function hostProblems({ host, hosts }: Record<string, unknown>, given: readonly Member[]): string[] {
  const names = given.map(({ name }) => name);
  const addresses = given.map(({ args }) => args.host);
  const again = (all: readonly unknown[]) => [
    ...new Set(all.filter((each, i) => typeof each === "string" && each !== "" && all.indexOf(each) < i)),
  ];
  return [
    ...(host === undefined ? [] : [`host: expected nothing, since hosts are given, found ${shown(host)}`]),
    ...((hosts as unknown[]).length === 0 ? ["hosts: expected at least one host, found none"] : []),
    ...names.flatMap((name, i) =>
      goodName.test(name)
        ? []
        : [
            `hosts.${i}.name: expected small letters, digits and dashes, at most 41 of them, found ${name === "" ? "nothing, and the address is known only later" : shown(name)}`,
          ],
    ),
    ...again(names).map((name) => `hosts: expected each name once, found ${name} twice`),
    ...again(addresses).map((address) => `hosts: expected each address once, found ${address} twice`),
  ];
}

const shown = (value: unknown) => (typeof value === "string" ? JSON.stringify(value) : "an output");
