import type { Diff } from "./diff.ts";
import type { Description } from "./schema.ts";
import type { Properties } from "./values.ts";

export interface CheckFailure {
  property: string;
  reason: string;
}

/** Says something to the person in front of `pulumi up`. Resolves once the engine has it. */
export interface Log {
  /** A line that stands beside the resource until the next one. */
  status(message: string): Promise<void>;
  warning(message: string): Promise<void>;
  error(message: string): Promise<void>;
}

/** What every operation gets besides its properties. */
export interface Operation {
  /** The name of the resource in the program. */
  name: string;
  log: Log;
  /** Aborted as soon as the operator cancels the run. */
  cancelled: AbortSignal;
}

/** One resource type. Properties keep their secret marks; previews may hold unknown values. */
export interface Resource {
  description: Description;
  check(inputs: Properties): { inputs: Properties; failures: CheckFailure[] };
  diff(state: Properties, inputs: Properties): Diff;
  create(
    inputs: Properties,
    preview: boolean,
    operation: Operation,
  ): Promise<{ id: string; state: Properties }>;
  update(old: Properties, inputs: Properties, preview: boolean, operation: Operation): Promise<Properties>;
  delete(state: Properties, operation: Operation): Promise<void>;
  /** The state as it is now; without it a refresh finds what it had. */
  read?(state: Properties): Properties;
}

export interface Provider {
  name: string;
  version: string;
  /** By type token, e.g. `command:remote:Command`. */
  resources: { [type: string]: Resource };
}
