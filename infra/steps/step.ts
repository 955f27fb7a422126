import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedHost } from "../preview/host-plan.ts";
import { labels } from "../preview/labels.ts";
import { type StepPlan, stepPlan, type Wanted } from "../preview/plan.ts";
import { tooFar } from "../preview/refusals.ts";
import { reportPlan, stopped } from "../preview/report.ts";
import { type ScriptedStep, scriptHash } from "../render/scripts.ts";
import type { Reach } from "../settings/reaches.ts";

/** The host as its steps see it. */
export interface StepContext extends PlannedHost {
  /** Names of resources start with it. */
  name: string;
  /** Whose the host is, as `ownerName` says it. */
  owner: string;
  parent: pulumi.ComponentResource;
  maxReach: Reach;
  connection: types.input.remote.ConnectionArgs;
}

export interface StepArgs {
  /** The desired state as text; the preview shows its diff. A secret payload is logged nowhere. */
  payload: pulumi.Input<string>;
  secret?: boolean;
  /** What else the step must react to, as options of its command: `{ certificate: fingerprint }`. */
  options?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** What is reported instead where this run makes what the payload is of: a preview does not know that yet. */
  foreseen?: pulumi.Output<Wanted | undefined>;
  dependsOn: pulumi.Resource[];
}

/**
 * The resource of one step. Its command is one short line, since an error prints it whole. Change is carried by the
 * line and by `stdin`: `triggers` would replace the resource, and undo the step after it was applied. The line holds a
 * word that is another one whenever the host needs the step, so that Pulumi, which never looks at the host, updates it.
 */
export const stepCommand = (context: StepContext, step: ScriptedStep, args: StepArgs): remote.Command =>
  plannedStep(context, step, args).command;

type Planned = pulumi.Output<StepPlan | undefined>;

/** The same, with what the next `up` does with the step: for a step after it that must follow. */
export function plannedStep(context: StepContext, step: ScriptedStep, args: StepArgs) {
  const options = pulumi.output(args.options ?? {}).apply((more) => ({ script: scriptHash(step), ...more }));
  // Of a secret payload the plan holds names only.
  const payload = pulumi.unsecret(pulumi.output(args.payload));
  const plan = pulumi
    .all([context.hostPlan, payload, options])
    .apply(([{ facts }, text, known]) => facts && stepPlan(step, facts, { payload: text, options: known }));
  // What a first run disturbs is known before all of its options are: those of a certificate that is still to be made.
  const early: Planned = pulumi
    .all([context.hostPlan, payload])
    .apply(([{ facts }, text]) => facts && stepPlan(step, facts, { payload: text, options: {} }));
  const reported = pulumi
    .all([context.hostPlan, pulumi.output(args.foreseen)])
    .apply(([{ facts }, wanted]): Planned => {
      if (facts && wanted) return pulumi.output(stepPlan(step, facts, wanted));
      return early.apply((known): Planned => (known?.first ? early : plan));
    });
  const command = plannedCommand(context, step, plan, {
    reported,
    create: applyLine(context, step, "apply", options, plan),
    delete: `sudo geo-system ${step} undo --for ${context.owner}`,
    ...input(args),
    dependsOn: args.dependsOn,
  });
  return { command, plan };
}

export interface PlannedArgs extends Pick<remote.CommandArgs, "delete" | "stdin" | "logging"> {
  create: pulumi.Input<string>;
  addPreviousOutputInEnv: boolean;
  dependsOn: pulumi.Resource[];
  /** What is said of it; default: its plan. */
  reported?: pulumi.Output<StepPlan | undefined>;
}

/** A remote command that runs when its plan says so, and says at its resource what the plan holds. */
export function plannedCommand(
  context: StepContext,
  name: string,
  plan: pulumi.Output<StepPlan | undefined>,
  { dependsOn, create, reported = plan, ...args }: PlannedArgs,
): remote.Command {
  const resource = new remote.Command(
    `${context.name}-${name}`,
    { connection: context.connection, create: allowed(context, name, plan, create), ...args },
    resourceOptions(context, dependsOn),
  );
  // Only once the resource is there: a message that waits for one holds every later message back, errors too.
  pulumi.all([reported, resource.urn]).apply(([known]) => reportPlan(known, resource));
  return resource;
}

/** What only its own resources tell of a step (a new certificate, another resource's secret) is judged before it runs. */
function allowed(
  { hostPlan, maxReach }: StepContext,
  name: string,
  plan: pulumi.Output<StepPlan | undefined>,
  line: PlannedArgs["create"],
) {
  return pulumi.all([line, plan, hostPlan]).apply(([words, known, { refused }]) => {
    // A preview that refuses says so of the whole host, once every step has shown its change.
    const why = known && refused.length === 0 && tooFar(name, known, maxReach);
    if (why) throw stopped(labels.refused + why);
    return words;
  });
}

/**
 * Options of every remote command. A forced replacement (`--replace`, a tainted resource) undoes first and applies
 * then: Pulumi's usual order would undo what was just applied. The host knows that undo from the one of a `destroy` and
 * takes nothing away (templates/scripts/up.sh), so the step stays as it is and users are served.
 */
export function resourceOptions(
  context: StepContext,
  dependsOn: pulumi.Resource[],
): pulumi.CustomResourceOptions {
  return {
    parent: context.parent,
    dependsOn,
    deleteBeforeReplace: true,
    transforms: keepWhenSilent(context, ["create"]),
  };
}

/**
 * Of a silent host the state's own values of these inputs are kept: whether they are old is not known. Nothing where it is
 * known that it answered: the CLI hands all inputs over and back again for each of these.
 */
export function keepWhenSilent(
  { silence, answered }: Pick<StepContext, "silence" | "answered">,
  ignoreChanges: string[],
): pulumi.ResourceTransform[] {
  if (answered) return [];
  return [
    async ({ props, opts }) =>
      (await silence) === undefined ? undefined : { props, opts: { ...opts, ignoreChanges } },
  ];
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

/** `sudo geo-system STEP VERB --for OWNER --script HASH … --run WORD`; without the last where the host was silent. */
export function applyLine(
  { owner }: Pick<StepContext, "owner">,
  step: ScriptedStep,
  verb: string,
  options: pulumi.Input<Record<string, string>>,
  plan: pulumi.Output<StepPlan | undefined>,
): pulumi.Output<string> {
  return pulumi.all([options, plan]).apply(([given, known]) => {
    const all = { for: owner, ...given, ...(known && { run: known.run }) };
    return ["sudo geo-system", step, verb, ...optionWords(all)].join(" ");
  });
}

export const optionWords = (options: Record<string, string>) =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
