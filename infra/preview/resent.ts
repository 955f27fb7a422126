import type { Facts } from "../host/facts.ts";

const isMissing = /^the archive of release \S+ is missing$/;

/**
 * How often the archive of a release was sent because it was missing: one more than the host has counted where it is
 * missing now. Pulumi sends what it knows only where this number changes.
 */
export const timesResent = ({ resent = 0, differs }: Pick<Facts, "resent" | "differs">): number =>
  resent + ((differs.backend ?? []).some((reason) => isMissing.test(reason)) ? 1 : 0);
