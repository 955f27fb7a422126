import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../host/facts.ts";
import type { HostPlan } from "./host-plan.ts";
import { labels } from "./labels.ts";
import type { StepPlan } from "./plan.ts";

/** Says of a step what the host told, at its resource: its drift with the line diffs, and whom it disturbs. */
export async function reportPlan(plan: StepPlan | undefined, resource: pulumi.Resource): Promise<void> {
  if (!plan?.needed) return;
  if (plan.drift.length > 0) await pulumi.log.warn(driftText(plan), resource);
  await pulumi.log.info(labels.reach + plan.reach.text, resource);
}

/** Says of the whole host: that it was silent, why an `up` would stop, what else is worth knowing. */
export async function reportHostPlan(plan: HostPlan, resource: pulumi.Resource): Promise<void> {
  if (plan.silence !== undefined)
    await pulumi.log.warn(
      `${labels.unverified}the host did not answer, so what follows is what the state knows. An \`up\` would stop before it changes anything.\n${plan.silence}`,
      resource,
    );
  for (const why of plan.refused) await pulumi.log.error(labels.refused + why, resource);
  for (const finding of plan.findings) await pulumi.log.info(labels.found + finding, resource);
  for (const note of plan.notes) await pulumi.log.warn(labels.check + note, resource);
  if (plan.capacity) await pulumi.log.info(labels.check + plan.capacity, resource);
  for (const { called, starts, notes } of plan.releases) {
    const of = called === undefined ? "" : `${called}: `;
    await pulumi.log.info(labels.starts + of + starts, resource);
    for (const note of notes) await pulumi.log.info(labels.check + of + note, resource);
  }
  if (plan.facts) await reportMachine(plan.facts, resource);
}

/**
 * A preview of what an `up` would refuse fails, once every step has shown its change.
 *
 * @throws RunError, since a logged error alone leaves the exit code 0
 */
export function refuse({ refused }: HostPlan): void {
  if (refused.length > 0)
    throw stopped("An `up` would stop before it changes anything: see what is refused.");
}

/** An error that is shown without the lines of code that led to it. */
export const stopped = (message: string) => Object.assign(new pulumi.RunError(message), { stack: "" });

/** On the first `up` it is what one expects, so it is no warning. */
async function reportMachine({ applied, name, machine }: Facts, resource: pulumi.Resource): Promise<void> {
  if (Object.keys(applied).length > 0) return;
  await pulumi.log.info(
    `${labels.check}this host was never provisioned (${name}, machine-id ${machine}…); if the steps below are updates, this is not the machine that they were applied to, or it was reinstalled`,
    resource,
  );
}

function driftText({ drift }: StepPlan): string {
  const reasons = drift.map(({ reason }) => labels.drift + reason);
  const diffs = drift.flatMap(({ diff }) => (diff ? ["", diff] : []));
  return [...reasons, ...diffs].join("\n");
}
