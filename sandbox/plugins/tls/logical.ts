import { type Diff, diffProperties } from "../protocol/diff.ts";
import type { CheckFailure, Log, Resource } from "../protocol/resource.ts";
import type { Description, Field, Kind } from "../protocol/schema.ts";
import {
  isProperties,
  type Properties,
  reveal,
  revealProperties,
  secret,
  Unknown,
  type Value,
} from "../protocol/values.ts";

export interface Attribute extends Field {
  /** What it is where the program leaves it out. */
  default?: Value;
  oneOf?: readonly string[];
  min?: number;
  /** A change is only noted in the state; without this it makes a new resource. */
  inPlace?: boolean;
}

/** A resource that lives in the state only: made once from its inputs, replaced where one of them changes. */
export interface Logical {
  attributes: { [name: string]: Attribute };
  /** Outputs that come into being when it is made. */
  computed: readonly string[];
  /** Inputs and outputs that are always secret. */
  secrets: readonly string[];
  make(inputs: Properties, log: Log): Promise<{ id: string; outputs: Properties }>;
  /** For certificates: the time has come for a new one. */
  due?(state: Properties): boolean;
}

export function logicalResource(logical: Logical): Resource {
  const names = Object.keys(logical.attributes);
  const complete = (inputs: Properties) => ({ ...defaults(logical), ...present(inputs) });
  const seal = (properties: Properties) => withSecrets(properties, logical.secrets);
  const renewable = logical.due !== undefined;
  return {
    description: describe(logical, renewable),

    check: (inputs) => ({ inputs: seal(inputs), failures: failures(inputs, logical.attributes) }),

    diff(state, inputs) {
      const old = revealProperties(state);
      const now = revealProperties(complete(inputs));
      const diff = markReplaces(diffProperties(old, now, names), logical.attributes);
      const ends = { ...old, earlyRenewalHours: now.earlyRenewalHours ?? 0 };
      if (old.readyForRenewal === true || logical.due?.(ends)) {
        diff.set("readyForRenewal", { kind: "update", replace: true, pathless: true });
      }
      return diff;
    },

    async create(inputs, preview, { log }) {
      const planned = { ...complete(inputs), ...(renewable && { readyForRenewal: false }) };
      if (preview) return { id: "", state: seal({ ...planned, ...unknown(logical.computed) }) };
      const { id, outputs } = await logical.make(revealProperties(planned), log);
      return { id, state: seal({ ...planned, ...outputs, id }) };
    },

    update: async (old, inputs) => seal({ ...old, ...complete(inputs) }),

    async delete() {},

    read: (state) => (logical.due?.(revealProperties(state)) ? { ...state, readyForRenewal: true } : state),
  };
}

function describe({ attributes, computed }: Logical, renewable: boolean): Description {
  const texts = computed.map((name) => [name, "string"] as const);
  return {
    inputs: attributes,
    outputs: { ...Object.fromEntries(texts), ...(renewable && { readyForRenewal: "boolean" }) },
  };
}

function defaults({ attributes }: Logical): Properties {
  const entries = Object.entries(attributes).flatMap(([name, attribute]) =>
    attribute.default === undefined ? [] : [[name, attribute.default] as const],
  );
  return Object.fromEntries(entries);
}

function present(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));
}

function unknown(names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, new Unknown()]));
}

function withSecrets(properties: Properties, names: readonly string[]): Properties {
  const marked = names.filter((name) => name in properties);
  return {
    ...properties,
    ...Object.fromEntries(marked.map((name) => [name, secret(properties[name] ?? null)])),
  };
}

function markReplaces(diff: Diff, attributes: Logical["attributes"]): Diff {
  for (const [path, change] of diff) {
    const [name = ""] = path.split(/[.[]/);
    change.replace = !attributes[name]?.inPlace;
  }
  return diff;
}

function failures(inputs: Properties, attributes: Logical["attributes"]): CheckFailure[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const value = reveal(inputs[name] ?? null);
    const reason = complaint(name, attribute, value);
    if (reason) return [{ property: name, reason }];
    // The official plug-in names no property here; the reason does.
    const stray = strayValue(name, attribute, value);
    return stray ? [{ property: "", reason: stray }] : [];
  });
}

function complaint(name: string, attribute: Attribute, value: Value): string | undefined {
  if (value instanceof Unknown) return undefined;
  if (value === null) return attribute.required ? `Missing required property '${name}'` : undefined;
  if (!fits(value, attribute.kind)) return `'${name}' must be ${attribute.kind}`;
  if (attribute.min !== undefined && Number(value) < attribute.min) {
    return `Attribute ${name} value must be at least ${attribute.min}, got: ${String(value)}`;
  }
  return undefined;
}

/** A value that is not one of those that the attribute may have. */
function strayValue(name: string, attribute: Attribute, value: Value): string | undefined {
  const stray = [value]
    .flat()
    .find((item) => typeof item === "string" && attribute.oneOf?.includes(item) === false);
  if (stray === undefined) return undefined;
  const allowed = attribute.oneOf?.map((item) => `"${item}"`).join(" ");
  return `Attribute ${name} value must be one of: [${allowed}], got: "${String(stray)}"`;
}

function fits(value: Value, kind: Kind): boolean {
  if (kind === "object") return isProperties(value);
  if (kind !== "strings") return typeof value === kind;
  return Array.isArray(value) && value.every((item) => typeof item === "string" || item instanceof Unknown);
}
