import { randomBytes } from "node:crypto";
import { diffProperties } from "../protocol/diff.ts";
import type { CheckFailure, Operation, Resource } from "../protocol/resource.ts";
import { Asset, type Properties, reveal, revealProperties } from "../protocol/values.ts";
import { readConnection } from "./connection.ts";
import { checkConnection, checkShape, type Shape } from "./inputs.ts";
import { triggersReplace } from "./remote-command.ts";
import { type Source, upload } from "./upload.ts";

const shape: Shape = {
  connection: { kind: "object", required: true },
  source: { kind: "asset", required: true },
  remotePath: { kind: "string", required: true },
  triggers: { kind: "array" },
};

/** `command:remote:CopyToRemote`: a local file, folder or text, copied to the host by SFTP. */
export const copyToRemote: Resource = {
  description: { inputs: shape, outputs: {} },

  check(inputs) {
    const failures = [...checkShape(inputs, shape), ...checkSource(inputs)];
    return { inputs: checkConnection(inputs), failures };
  },

  diff(state, inputs) {
    return triggersReplace(diffProperties(state, inputs, Object.keys(shape)));
  },

  async create(inputs, preview, operation) {
    if (preview) return { id: "", state: inputs };
    await copy(inputs, operation);
    return { id: randomBytes(4).toString("hex"), state: inputs };
  },

  async update(old, inputs, preview, operation) {
    if (!preview && (hash(old) !== hash(inputs) || path(old) !== path(inputs))) await copy(inputs, operation);
    return inputs;
  },

  // What was copied stays on the host.
  async delete() {},
};

function checkSource(inputs: Properties): CheckFailure[] {
  const source = reveal(inputs.source ?? null);
  if (!(source instanceof Asset) || sourceOf(source)) return [];
  const reason =
    source.kind === "asset"
      ? "asset must be a path-based file asset or a text asset"
      : "archive must be a path to a file or directory";
  return [{ property: source.kind, reason }];
}

function copy(inputs: Properties, operation: Operation): Promise<void> {
  const { source, remotePath } = revealProperties(inputs);
  const from = source instanceof Asset ? sourceOf(source) : undefined;
  if (!from) throw new Error("source: expected a file, a folder or a text");
  return upload(readConnection(inputs), from, String(remotePath), operation);
}

function sourceOf({ kind, fields }: Asset): Source | undefined {
  if (typeof fields.path === "string" && fields.path !== "") return { path: fields.path };
  if (kind === "asset" && typeof fields.text === "string") return { text: fields.text };
  return undefined;
}

function hash(properties: Properties): string {
  const { source } = revealProperties(properties);
  return source instanceof Asset ? String(source.fields.hash ?? "") : "";
}

function path(properties: Properties): string {
  return String(revealProperties(properties).remotePath ?? "");
}
