import type { Reach } from "../settings/reaches.ts";
import type { StepPlan } from "./plan.ts";

/** What a change disturbs: how far it reaches, and that in words. */
export interface StepReach {
  reach: Reach;
  text: string;
}

/** A change that disturbs no client. */
export const nothing: StepReach = { reach: "nothing", text: "nothing" };

/** Whether a step that was applied before differs in these settings alone. */
export const changesOnly = ({ first, drift, changes }: StepPlan, names: readonly string[]) =>
  !first && drift.length === 0 && changes.every((change) => names.includes(change));
