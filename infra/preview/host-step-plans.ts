import type { Facts } from "../host/facts.ts";
import { renderSecretEnvironment } from "../render/ecosystem.ts";
import { commandSum, type ScriptedStep, scriptHash } from "../render/scripts.ts";
import type { Application } from "../settings/applications.ts";
import { isLater } from "../settings/schema.ts";
import { environmentStep } from "../step-names.ts";
import type { Known } from "./desired-payloads.ts";
import { commandPlan, environmentPlan } from "./own-plans.ts";
import { type StepPlan, stepPlan } from "./plan.ts";

/** A plan in short. */
export interface StepBrief {
  needed: boolean;
  first: boolean;
  drifted: boolean;
  reach: string;
}

/** The plans that are known before any resource. */
export function knownStepPlans(
  facts: Facts,
  wanted: ReadonlyMap<ScriptedStep, string>,
  applications: readonly Application<Known>[],
): Map<string, StepPlan> {
  const options = (step: ScriptedStep) => ({ script: scriptHash(step) });
  const known = new Map<string, StepPlan>(
    [...wanted].map(([step, payload]) => [step, stepPlan(step, facts, { payload, options: options(step) })]),
  );
  for (const backend of applications) {
    const secrets = backend.backendSecretEnvironment;
    if (isLater(secrets)) continue;
    // The token beside the secrets restarts nothing.
    const payload = renderSecretEnvironment(backend, secrets as Record<string, string>, "");
    const plan = environmentPlan(facts, { payload, options: options(backend.step), backend });
    known.set(environmentStep(backend.step), plan);
  }
  return known;
}

/** The plans in short. */
export function briefs(facts: Facts, planned: ReadonlyMap<string, StepPlan>): Record<string, StepBrief> {
  const all = [["command", commandPlan(facts, commandSum())] as const, ...planned];
  return Object.fromEntries(
    all.map(([step, { needed, first, drift, reach }]) => [
      step,
      { needed, first, drifted: drift.length > 0, reach: reach.text },
    ]),
  );
}
