import type { Properties } from "../protocol/values.ts";

/** True once a certificate has ended, or has less than `earlyRenewalHours` left. */
export function dueForRenewal(state: Properties, now = Date.now()): boolean {
  const end = Date.parse(String(state.validityEndTime ?? ""));
  if (Number.isNaN(end)) return false;
  const early = Number(state.earlyRenewalHours ?? 0) * 3_600_000;
  return end - early <= now;
}
