import type { Provider } from "./resource.ts";

/** What kinds of values the properties of our resources have. */
export type Kind = "string" | "number" | "boolean" | "strings" | "array" | "object" | "asset";

export interface Field {
  kind: Kind;
  required?: boolean;
}

/** The properties of a resource type: what the program gives, and what comes into being besides. */
export interface Description {
  inputs: { [name: string]: Field };
  outputs: { [name: string]: Kind };
}

const any = { $ref: "pulumi.json#/Any" };
const types: { [kind in Kind]: object } = {
  string: { type: "string" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  strings: { type: "array", items: { type: "string" } },
  array: { type: "array", items: any },
  object: { type: "object", additionalProperties: any },
  asset: { $ref: "pulumi.json#/Asset" },
};

/** Pulumi's package schema for the provider: names and types, without the official one's explanations. */
export function packageSchema({ name, version, resources }: Provider): object {
  const entries = Object.entries(resources).map(([type, { description }]) => [
    type,
    resourceSchema(description),
  ]);
  return { name, version, resources: Object.fromEntries(entries) };
}

function resourceSchema({ inputs, outputs }: Description): object {
  const kinds = Object.entries(inputs).map(([name, { kind }]) => [name, types[kind]]);
  const made = Object.entries(outputs).map(([name, kind]) => [name, types[kind]]);
  const requiredInputs = Object.keys(inputs).filter((name) => inputs[name]?.required);
  return {
    inputProperties: Object.fromEntries(kinds),
    requiredInputs,
    properties: Object.fromEntries([...kinds, ...made]),
    required: [...requiredInputs, ...Object.keys(outputs)],
  };
}
