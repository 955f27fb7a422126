import type { Facts } from "../host/facts.ts";
import type { StepPlan } from "./plan.ts";

/** How far a change reaches, from least to most. `maxReach` of the configuration is one of them. */
export const reaches = ["nothing", "reload", "handover", "firewall"] as const;
export type Reach = (typeof reaches)[number];

/** What a change disturbs: how far it reaches, and that in words. */
export interface StepReach {
  reach: Reach;
  text: string;
}

const nothing: StepReach = { reach: "nothing", text: "nothing" };

/** Whom a step disturbs when it runs, by what differs. A step that has no entry disturbs nobody. */
export const stepReach: Record<string, (plan: StepPlan, facts: Facts) => StepReach> = {
  firewall: firewallReach,
  certificate: certificateReach,
  site: siteReach,
  environment: (plan, facts) => (plan.first ? nothing : handover(facts, plan)),
  backend: backendReach,
};

export function reachOf(step: string, plan: StepPlan, facts: Facts): StepReach {
  return stepReach[step]?.(plan, facts) ?? nothing;
}

function certificateReach(plan: StepPlan): StepReach {
  if (onlyScript(plan)) return nothing;
  if (plan.first) return { reach: "reload", text: "a first certificate" };
  const what = plan.changes.includes("fingerprint") ? "new certificate" : "the certificate is put back";
  return { reach: "reload", text: `${what}, nginx reload, connections stay` };
}

const onlyScript = ({ first, drift, changes }: StepPlan) =>
  !first && drift.length === 0 && changes.every((change) => change === "script");

function siteReach(plan: StepPlan, facts: Facts): StepReach {
  if (onlyScript(plan)) return nothing;
  if (!isServing(facts)) return { reach: "reload", text: "nginx is started" };
  return { reach: "reload", text: "nginx reload, connections stay" };
}

const isServing = ({ listeners }: Facts) => [80, 443].some((port) => listeners[port]?.includes("nginx"));

/** What the process itself depends on; the rest of the payload is changed around it. */
const ofTheProcess = /^(release|node|environment|engines|.*\/ecosystem\.config\.cjs)$/;

function backendReach(plan: StepPlan, facts: Facts): StepReach {
  if (plan.first) return { reach: "handover", text: "the first release is started" };
  const changes = plan.changes.some((change) => ofTheProcess.test(change));
  return changes || plan.drift.length > 0 ? handover(facts, plan) : nothing;
}

function handover({ connections }: Facts, { settings }: StepPlan): StepReach {
  const live = connections[Number(settings.port?.[0])] ?? 0;
  const whom = { 0: "nobody is connected", 1: "1 live connection is asked to reconnect" }[live];
  return {
    reach: "handover",
    text: `release handover, ${whom ?? `${live} live connections are asked to reconnect`}`,
  };
}

function firewallReach(plan: StepPlan): StepReach {
  if (onlyScript(plan)) return nothing;
  const wanted = plan.settings.allow ?? [];
  const before = plan.first ? [] : (plan.before.allow ?? []);
  const missing = plan.drift.flatMap(({ reason }) => /^rule (\S+) is missing/.exec(reason)?.[1] ?? []);
  const opens = [...new Set([...wanted.filter((rule) => !before.includes(rule)), ...missing])];
  const closes = before.filter((rule) => !wanted.includes(rule));
  const denies = plan.first || plan.drift.some(({ reason }) => /inactive|default/.test(reason));
  const ssh = denies || [...opens, ...closes].some((rule) => !/^(80|443)\/tcp$/.test(rule));
  const parts = [
    opens.length > 0 && `opens ${opens.join(", ")}`,
    closes.length > 0 && `closes ${closes.join(", ")}`,
    denies && "denies the rest",
    ssh ? "SSH is concerned" : "SSH is not concerned",
  ];
  return { reach: "firewall", text: `firewall: ${parts.filter(Boolean).join(", ")}` };
}
