import { randomBytes } from "node:crypto";
import { type Diff, diffProperties } from "../protocol/diff.ts";
import type { Operation, Resource } from "../protocol/resource.ts";
import { isProperties, type Properties, revealProperties } from "../protocol/values.ts";
import { readConnection } from "./connection.ts";
import { checkConnection, checkShape, type Shape } from "./inputs.ts";
import { previewOfCreate, previewOfUpdate, withOutputs } from "./outputs.ts";
import { type Output, run } from "./run.ts";

const shape: Shape = {
  connection: { kind: "object", required: true },
  create: { kind: "string" },
  update: { kind: "string" },
  delete: { kind: "string" },
  triggers: { kind: "array" },
  stdin: { kind: "string" },
  environment: { kind: "object" },
  logging: { kind: "string", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] },
  addPreviousOutputInEnv: { kind: "boolean" },
};

/** `command:remote:Command`: a command for the beginning, for each change and for the end of a resource. */
export const remoteCommand: Resource = {
  description: { inputs: shape, outputs: { stdout: "string", stderr: "string" } },

  check(inputs) {
    const failures = checkShape(inputs, shape);
    return { inputs: checkConnection(inputs), failures };
  },

  diff(state, inputs) {
    return triggersReplace(diffProperties(state, inputs, Object.keys(shape)));
  },

  async create(inputs, preview, operation) {
    const id = `${operation.name}${randomBytes(4).toString("hex")}`;
    if (preview) return { id, state: previewOfCreate(inputs) };
    return { id, state: withOutputs(inputs, await execute(inputs, "create", nothing, operation)) };
  },

  async update(old, inputs, preview, operation) {
    if (preview) return previewOfUpdate(old, inputs, Object.keys(shape));
    const which = typeof revealProperties(inputs).update === "string" ? "update" : "create";
    return withOutputs(inputs, await execute(inputs, which, outputOf(old), operation));
  },

  async delete(state, operation) {
    await execute(state, "delete", outputOf(state), operation);
  },
};

/** Setting or clearing the triggers replaces; a change of one of them does so by the package's own options. */
export function triggersReplace(diff: Diff): Diff {
  const change = diff.get("triggers");
  if (change) change.replace = true;
  return diff;
}

const nothing: Output = { stdout: "", stderr: "" };

function outputOf(state: Properties): Output {
  const { stdout, stderr } = revealProperties(state);
  return { stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
}

/** Runs the command of that name, if there is one; without it the output stays what it was. */
async function execute(
  marked: Properties,
  which: "create" | "update" | "delete",
  previous: Output,
  operation: Operation,
): Promise<Output> {
  const inputs = revealProperties(marked);
  const command = inputs[which];
  if (typeof command !== "string") return previous;
  const logging = String(inputs.logging ?? "stdoutAndStderr");
  const request = {
    connection: readConnection(inputs),
    command,
    stdin: String(inputs.stdin ?? ""),
    logging: { stdout: /stdout/i.test(logging), stderr: /stderr/i.test(logging) },
    variables: {
      wanted: texts(inputs.environment),
      previous: inputs.addPreviousOutputInEnv === false ? {} : previousVariables(previous),
    },
  };
  return run(request, operation);
}

function texts(environment: Properties[string] | undefined): { [name: string]: string } {
  if (!isProperties(environment ?? null)) return {};
  const entries = Object.entries(environment as Properties).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries);
}

function previousVariables({ stdout, stderr }: Output): { [name: string]: string } {
  return {
    ...(stdout && { PULUMI_COMMAND_STDOUT: stdout }),
    ...(stderr && { PULUMI_COMMAND_STDERR: stderr }),
  };
}
