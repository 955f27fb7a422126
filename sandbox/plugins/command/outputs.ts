import { equal } from "../protocol/diff.ts";
import { isUnknown, type Properties, Unknown } from "../protocol/values.ts";
import type { Output } from "./run.ts";

/** The state of a command: its inputs, secret marks and all, and what it wrote. */
export function withOutputs(inputs: Properties, output: Output): Properties {
  return { ...inputs, stdout: output.stdout, stderr: output.stderr };
}

/** What a preview tells of a command that is to be created: its output is not known yet. */
export function previewOfCreate(inputs: Properties): Properties {
  return { ...inputs, stdout: new Unknown(), stderr: new Unknown() };
}

/** What a preview tells of a change: the output is unknown if an input that was there has another value. */
export function previewOfUpdate(old: Properties, inputs: Properties, names: readonly string[]): Properties {
  const changed = names.some(
    (name) => isUnknown(inputs[name]) || (name in old && !equal(old[name], inputs[name])),
  );
  if (changed) return previewOfCreate(inputs);
  return { ...inputs, stdout: old.stdout ?? "", stderr: old.stderr ?? "" };
}
