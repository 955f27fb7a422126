import type { Facts } from "../host/facts.ts";
import type { StepPlan } from "./plan.ts";
import { changesOnly, nothing, type StepReach } from "./step-reach.ts";

/** What of the firewall's drift is known to leave SSH alone. */
const apartFromSsh = /^rule (80|443)\/tcp /;

/** What the firewall opens and closes, and whether SSH is concerned. */
export function firewallReach(plan: StepPlan, { firewall, open }: Facts): StepReach {
  if (changesOnly(plan, ["script", "confirm-within"])) return nothing;
  const wanted = plan.settings.allow ?? [];
  const inForce = firewall?.active === true && firewall.default === "deny";
  if (plan.first && inForce && wanted.every((rule) => open.includes(rule)))
    return { reach: "nothing", text: "firewall: opens nothing, its rules allow all of it already" };
  const before = plan.first ? (inForce ? open : []) : (plan.before.allow ?? []);
  const missing = plan.drift.flatMap(({ reason }) => /^rule (\S+) is missing/.exec(reason)?.[1] ?? []);
  const opens = [...new Set([...wanted.filter((rule) => !before.includes(rule)), ...missing])];
  const closes = before.filter((rule) => !wanted.includes(rule));
  const denies = (plan.first && !inForce) || plan.drift.some(({ reason }) => /inactive|default/.test(reason));
  const ssh =
    plan.drift.some(({ reason }) => !apartFromSsh.test(reason)) ||
    [...opens, ...closes].some((rule) => !/^(80|443)\/tcp$/.test(rule));
  const parts = [
    opens.length > 0 && `opens ${opens.join(", ")}`,
    closes.length > 0 && `closes ${closes.join(", ")}`,
    denies && "denies the rest",
    ssh ? "SSH is concerned" : "SSH is not concerned",
  ];
  return { reach: "firewall", text: `firewall: ${parts.filter(Boolean).join(", ")}` };
}
