import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type ScriptedStep, scriptHash } from "./scripts.ts";

/** The host as its steps see it. */
export interface StepContext {
  /** Names of resources start with it. */
  name: string;
  parent: pulumi.ComponentResource;
  connection: types.input.remote.ConnectionArgs;
}

export interface StepArgs {
  /** The desired state as text; the preview shows its diff. A secret payload is logged nowhere. */
  payload: pulumi.Input<string>;
  secret?: boolean;
  /** What else the step must react to, as options of its command: `{ certificate: fingerprint }`. */
  options?: Record<string, pulumi.Input<string>>;
  dependsOn: pulumi.Resource[];
}

/**
 * The resource of one step. Its command is one short line, since an error prints it whole. Change is carried by the
 * line and by `stdin`: `triggers` would replace the resource, and undo the step after it was applied.
 */
export function stepCommand(context: StepContext, step: ScriptedStep, args: StepArgs): remote.Command {
  return new remote.Command(
    `${context.name}-${step}`,
    {
      connection: context.connection,
      create: applyLine(step, "apply", args.options),
      delete: `sudo geo-system ${step} undo`,
      ...input(args),
    },
    resourceOptions(context, args.dependsOn),
  );
}

/**
 * Options of every remote command. A forced replacement (`--replace`, a tainted resource) must undo first and apply
 * then: Pulumi's usual order would undo what was just applied.
 */
export function resourceOptions(
  context: StepContext,
  dependsOn: pulumi.Resource[],
): pulumi.CustomResourceOptions {
  return { parent: context.parent, dependsOn, deleteBeforeReplace: true };
}

/** What enters a remote command, and what of it is logged. */
export function input({ payload, secret }: Pick<StepArgs, "payload" | "secret">) {
  return { stdin: secret ? pulumi.secret(payload) : payload, ...logged(secret) };
}

/** What of a remote command is logged. */
export function logged(secret = false) {
  return {
    logging: secret ? remote.Logging.None : remote.Logging.StdoutAndStderr,
    // The provider would otherwise put the former output into the environment, which sshd refuses.
    addPreviousOutputInEnv: false,
  };
}

/** `sudo geo-system STEP VERB --script HASH …`: the hash runs the step again when its script changed. */
export function applyLine(
  step: ScriptedStep,
  verb: string,
  options: StepArgs["options"] = {},
): pulumi.Output<string> {
  return pulumi.output(options).apply((known) => {
    const words = Object.entries({ script: scriptHash(step), ...known }).flatMap(([name, value]) => [
      `--${name}`,
      value,
    ]);
    return ["sudo geo-system", step, verb, ...words].join(" ");
  });
}
