import { RunError } from "@pulumi/pulumi";

/**
 * What `work` says when it fails is for the operator: the message alone, in the preview and in `up`. Where an output
 * fails, Pulumi shows the stack even of a RunError, unless there is none.
 */
export function readable<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: Error) => {
    throw Object.assign(new RunError(error.message), { stack: "" });
  });
}
