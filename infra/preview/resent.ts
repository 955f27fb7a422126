import type { Facts } from "../host/facts.ts";

const isMissing = /^the archive of release \S+ is missing$/;

/**
 * How often the archive of a step's release was sent because it was missing: one more than the host has counted where it is
 * missing now. Pulumi sends what it knows only where this number changes.
 */
export function timesResent(
  { resent = {}, differs }: Pick<Facts, "resent" | "differs">,
  step: string,
): number {
  const missing = (differs[step] ?? []).some((reason) => isMissing.test(reason));
  return (resent[step] ?? 0) + (missing ? 1 : 0);
}
