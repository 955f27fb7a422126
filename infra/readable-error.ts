import { RunError } from "@pulumi/pulumi";

/** What `work` says when it fails is for the operator: the message alone, in the preview and in `up`. */
export function readable<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: Error) => {
    throw forOperator(error.message);
  });
}

/**
 * Where an output fails, Pulumi shows the stack even of a RunError, unless there is none; and it writes `error serializing
 * property "outputs": ` before the message, which is no news to an operator. It writes into the error itself, so that is
 * where it is kept out.
 */
function forOperator(message: string): RunError {
  const error = Object.assign(new RunError(message), { stack: "" });
  return Object.defineProperty(error, "message", { get: () => message, set: () => {} });
}
