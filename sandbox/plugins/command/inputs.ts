import type { CheckFailure } from "../protocol/resource.ts";
import type { Field, Kind } from "../protocol/schema.ts";
import {
  isProperties,
  type Properties,
  reveal,
  Secret,
  secret,
  Unknown,
  type Value,
} from "../protocol/values.ts";

const connectionDefaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };

/** Fills in the defaults of a connection and of its jump host, and marks the whole as a secret. */
export function checkConnection(inputs: Properties): Properties {
  const connection = withoutSecret(inputs.connection);
  if (connection === undefined) return inputs;
  return { ...inputs, connection: secret(withDefaults(connection)) };
}

function withDefaults(connection: Value): Value {
  if (!isProperties(connection)) return connection;
  const filled: Properties = { ...connectionDefaults, ...present(connection) };
  const proxy = withoutSecret(filled.proxy);
  return proxy === undefined ? filled : { ...filled, proxy: withDefaults(proxy) };
}

function withoutSecret(value: Value | undefined): Value | undefined {
  return value instanceof Secret ? value.value : value;
}

function present(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

/** The shape of a resource's inputs: what each one is, and whether it must be there. */
export interface Shape {
  [name: string]: Field & { oneOf?: readonly string[] };
}

/** What is wrong with the inputs. Unknown values are taken to be right. */
export function checkShape(inputs: Properties, shape: Shape): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const fail = (property: string, reason: string) => failures.push({ property, reason });
  for (const [name, { kind, required, oneOf }] of Object.entries(shape)) {
    const value = reveal(inputs[name] ?? null);
    if (value instanceof Unknown) continue;
    if (value === null) {
      if (required) fail(name, `Missing required field '${name}'`);
    } else if (!isOfKind(value, kind)) {
      fail(name, `Field '${name}' must be of type '${kind}'; got '${kindOf(value)}' instead`);
    } else if (oneOf && !oneOf.includes(String(value))) {
      fail(name, `Field '${name}' must be one of ${oneOf.join(", ")}; got '${String(value)}' instead`);
    }
  }
  for (const name of Object.keys(inputs)) {
    if (!(name in shape) && !name.startsWith("__")) fail(name, `Unrecognized field '${name}'`);
  }
  const connection = reveal(inputs.connection ?? null);
  if (isProperties(connection)) failures.push(...checkConnectionShape(connection, "connection"));
  return failures;
}

const connectionKinds: { [name: string]: "string" | "number" } = {
  host: "string",
  user: "string",
  port: "number",
  password: "string",
  privateKey: "string",
  privateKeyPassword: "string",
  agentSocketPath: "string",
  hostKey: "string",
  dialErrorLimit: "number",
  perDialTimeout: "number",
};

function checkConnectionShape(connection: Properties, path: string): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if ((connection.host ?? null) === null) {
    failures.push({ property: `${path}.host`, reason: "Missing required field 'host'" });
  }
  for (const [name, kind] of Object.entries(connectionKinds)) {
    const value = connection[name] ?? null;
    if (value === null || value instanceof Unknown || typeof value === kind) continue;
    const reason = `Field '${name}' must be of type '${kind}'; got '${kindOf(value)}' instead`;
    failures.push({ property: `${path}.${name}`, reason });
  }
  const proxy = connection.proxy ?? null;
  if (isProperties(proxy)) failures.push(...checkConnectionShape(proxy, `${path}.proxy`));
  return failures;
}

function isOfKind(value: Value, kind: Kind): boolean {
  return kind === kindOf(value);
}

function kindOf(value: Value): string {
  if (Array.isArray(value)) return "array";
  if (isProperties(value)) return "object";
  return typeof value === "object" ? "asset" : typeof value;
}
