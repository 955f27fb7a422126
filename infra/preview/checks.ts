import type { Facts } from "../host/facts.ts";

const day = 24 * 60 * 60 * 1000;
/** A certificate that this package renews has at least this long when nobody forgot it. */
const warnDays = 14;

/** What is worth knowing of the host, and stops nothing. */
export function checkNotes(facts: Facts): string[] {
  return [...neverProvisioned(facts), ...certificateEnds(facts)];
}

function neverProvisioned({ applied, machine, name }: Facts): string[] {
  if (Object.keys(applied).length > 0) return [];
  return [
    `this host was never provisioned (${name}, machine-id ${machine}…); where the steps below are updates, it is another machine than before, or was installed anew`,
  ];
}

function certificateEnds({ certificate, time }: Facts): string[] {
  if (!certificate) return [];
  const days = Math.floor((certificate.ends - time) / day);
  if (days >= warnDays) return [];
  return [
    days < 0 ? "the certificate on the host has ended" : `the certificate on the host ends in ${days} days`,
  ];
}
