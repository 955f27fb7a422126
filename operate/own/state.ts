import { z } from "zod";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
});

const exported = z.object({
  deployment: z.object({ resources: z.array(resource).nullish() }),
});

type Resource = z.output<typeof resource>;

/** A machine as a step's resource names it in the state. */
const machine = z.object({ host: z.string(), port: z.number(), user: z.string(), hostKey: z.string() });

const connection = machine.extend({
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  proxy: machine.optional(),
});

/** A `WebSocketHost` as the state of a stack has it. */
export interface OwnHost {
  name: string;
  /** The `WebSocketFleet` that it is one of. */
  fleet?: string;
  /** How its steps reach it; undefined before the first step was made. */
  connection: z.output<typeof connection> | undefined;
  /** Its arguments, as far as the commands need them; empty where an `up` never came to its end. */
  settings: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/**
 * Every `WebSocketHost` of a stack.
 *
 * @param text what `pulumi stack export --show-secrets` prints
 */
export function hostsIn(text: string): OwnHost[] {
  const { deployment } = exported.parse(JSON.parse(text));
  const resources = deployment.resources ?? [];
  return resources
    .filter(({ type }) => type === "geo-system:index:WebSocketHost")
    .map((component) => hostOf(component, resources))
    .sort((a, b) => a.name.localeCompare(b.name)); // The state has them as they were made, at the same time.
}

const nameOf = (urn: string) => urn.split("::").at(-1) ?? urn;

function hostOf({ urn, outputs: kept, parent }: Resource, resources: readonly Resource[]): OwnHost {
  const fleet = parent?.includes("geo-system:index:WebSocketFleet::") ? parent : undefined;
  const { settings, ...outputs } = plain(kept) as Record<string, unknown>;
  const connections = resources
    .filter(({ parent }) => parent === urn)
    .flatMap(({ inputs }) => connection.safeParse(plain(inputs.connection)).data ?? []);
  return {
    name: nameOf(urn),
    ...(fleet !== undefined && { fleet: nameOf(fleet) }),
    connection: connections[0],
    settings: (settings ?? {}) as Record<string, unknown>,
    outputs,
  };
}

/** How Pulumi marks a secret in an exported state. */
const mark = "4dabf18193072939515e22adb298388d";

/** The value with its secrets in the clear. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (mark in value && "plaintext" in value) return plain(JSON.parse(String(value.plaintext)));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The hosts that are meant: the named one, or all of a fleet, where the stack has nothing beside it. */
export function chosenHosts(hosts: readonly OwnHost[], wanted: string | undefined, stack: string): OwnHost[] {
  const [fleet, ...others] = new Set(hosts.map((host) => host.fleet));
  const all = wanted === undefined && fleet !== undefined && others.length === 0;
  return all ? [...hosts] : [chosenHost(hosts, wanted, stack)];
}

/**
 * The host that is meant.
 *
 * @param wanted the name of its `WebSocketHost`; needed where there are several
 * @throws where there is none, or it is not clear which
 */
export function chosenHost(hosts: readonly OwnHost[], wanted: string | undefined, stack: string): OwnHost {
  const [host, ...others] = wanted === undefined ? hosts : hosts.filter(({ name }) => name === wanted);
  if (host && others.length === 0) return host;
  const found = hosts.map(({ name, connection }) => `${name} (${connection?.host ?? "not made yet"})`);
  if (hosts.length === 0)
    throw new Error(
      `the state of the stack ${stack} has no WebSocketHost\n  next: npm run up -- --stack ${stack}   or name a host: --host ADDRESS`,
    );
  throw new Error(
    `${wanted === undefined ? "which host?" : "--component:"} expected the name of one WebSocketHost of the stack ${stack}, ` +
      `found ${wanted === undefined ? "several" : wanted}: it has ${found.join(", ")}\n  next: --component ${hosts[0]?.name}`,
  );
}
