import type { Drift } from "../host/drift.ts";
import type { Facts } from "../host/facts.ts";
import type { Reach } from "../settings/reaches.ts";
import { sharedChange } from "./data.ts";
import { packagesReach } from "./needs.ts";
import type { StepPlan } from "./plan.ts";

/** What a change disturbs: how far it reaches, and that in words. */
export interface StepReach {
  reach: Reach;
  text: string;
}

const nothing: StepReach = { reach: "nothing", text: "nothing" };

/** Whom a step disturbs when it runs, by what differs. A step that has no entry disturbs nobody. */
export const stepReach: Record<string, (plan: StepPlan, facts: Facts) => StepReach> = {
  packages: packagesReach,
  firewall: firewallReach,
  certificate: certificateReach,
  site: siteReach,
  environment: environmentReach,
  backend: backendReach,
};

export function reachOf(step: string, plan: StepPlan, facts: Facts): StepReach {
  return stepReach[step]?.(plan, facts) ?? nothing;
}

function certificateReach(plan: StepPlan): StepReach {
  if (only(plan, ["script"])) return nothing;
  if (plan.first) return { reach: "reload", text: "a first certificate" };
  const what = plan.changes.includes("fingerprint") ? "new certificate" : "the certificate is put back";
  return { reach: "reload", text: `${what}, nginx reload, connections stay` };
}

const only = ({ first, drift, changes }: StepPlan, names: readonly string[]) =>
  !first && drift.length === 0 && changes.every((change) => names.includes(change));

function siteReach(plan: StepPlan, facts: Facts): StepReach {
  // Of a certificate that is put back its own step tells.
  if (only(plan, ["script", "placed"])) return nothing;
  if (!isServing(facts)) return { reach: "reload", text: "nginx is started" };
  return { reach: "reload", text: "nginx reload, connections stay" };
}

const isServing = ({ listeners }: Facts) => [80, 443].some((port) => listeners[port]?.includes("nginx"));

/** What the process itself depends on; the rest of the payload is changed around it. */
const ofTheProcess = /^(release|node|environment|engines|.*\/ecosystem\.config\.cjs)$/;
/** What is mended around the process, in the words of its check. */
const aroundTheProcess = /does not start at boot|saved list lacks|is not linked to |\/shared\/.* is missing$/;

const concernsTheProcess = ({ path, reason }: Drift) =>
  path === undefined ? !aroundTheProcess.test(reason) : ofTheProcess.test(path);

function backendReach(plan: StepPlan, facts: Facts): StepReach {
  if (plan.first) return firstReach(plan, facts);
  // Another pm2 ends its applications with itself, and brings them back.
  if (plan.changes.includes("pm2")) return cut("pm2 is started anew", plan, facts);
  const changes = plan.changes.some((change) => ofTheProcess.test(change));
  const reached = changes || plan.drift.some(concernsTheProcess) ? handover(facts, plan) : nothing;
  const moves = sharedChange(plan);
  if (moves.length === 0) return reached;
  return { ...reached, text: [...(reached === nothing ? [] : [reached.text]), ...moves].join("; ") };
}

/** On a host that was set up by hand an application may already serve on that port, under another name or this one. */
function firstReach(plan: StepPlan, facts: Facts): StepReach {
  if (isDown(plan, facts)) return { reach: "handover", text: "the first release is started" };
  const staying = ports(plan, facts).flatMap((port) => {
    const holder = facts.foreign[port];
    return holder
      ? [`port ${port} stays with ${holder}, with ${connected(facts.connections[port] ?? 0)}`]
      : [];
  });
  if (staying.length === 0) return handover(facts, plan);
  return {
    reach: "handover",
    text: ["a first release is started on the standby port", ...staying].join("; "),
  };
}

const connected = (live: number) =>
  live === 0 ? "nobody connected" : live === 1 ? "its live connection" : `its ${live} live connections`;

/** The application starts anew with another text; who may read it is mended around the process. */
function environmentReach(plan: StepPlan, facts: Facts): StepReach {
  if (plan.first) return nothing;
  const differs = plan.drift.some(({ reason }) => !/ on the host, expected /.test(reason));
  return differs || plan.changes.includes("environment") ? handover(facts, plan) : nothing;
}

function handover(facts: Facts, plan: StepPlan): StepReach {
  if (isDown(plan, facts)) return { reach: "handover", text: "the backend is started, nothing serves now" };
  return { reach: "handover", text: `${release(plan)}, ${whom(plan, facts, fate(plan, facts))}` };
}

const how = ({ settings }: StepPlan) => settings.handover?.[0];

const release = (plan: StepPlan) =>
  how(plan) === "stop-start" ? "release without a handover" : "release handover";

/** How long clients who were all asked to reconnect may take to leave: `grace` in templates/pm2/retire.cjs. */
const graceSeconds = 5;

/** What becomes of a connection: whether it is asked to reconnect is up to the process that holds it. */
function fate(plan: StepPlan, { backend }: Facts): string {
  if (how(plan) === "stop-start") return "cut";
  const atOnce = how(plan) === "at-once";
  const seconds = (atOnce ? 0 : Number(plan.settings["handover-seconds"]?.[0] ?? 0)) + graceSeconds;
  switch (backend?.asks) {
    case "no":
      return atOnce ? "cut at once" : `cut after ${seconds} s`;
    case "unknown":
      return `cut after ${seconds} s at the latest`;
    default:
      return atOnce ? "asked to reconnect at once" : "asked to reconnect";
  }
}

/** The ports of the set that the backend is on. */
const ports = ({ settings }: StepPlan, { backend }: Facts) =>
  (settings[backend?.set === "b" ? "standby-port" : "port"] ?? []).map(Number);

const isDown = (plan: StepPlan, facts: Facts) =>
  ports(plan, facts).every((port) => !facts.listeners[port] && !facts.connections[port]);

const cut = (what: string, plan: StepPlan, facts: Facts): StepReach => ({
  reach: "handover",
  text: `${what}, ${whom(plan, facts, "cut")}`,
});

/** `212 live connections are cut` */
function whom(plan: StepPlan, facts: Facts, happens: string): string {
  const live = ports(plan, facts).reduce((sum, port) => sum + (facts.connections[port] ?? 0), 0);
  if (live === 0) return "nobody is connected";
  return live === 1 ? `1 live connection is ${happens}` : `${live} live connections are ${happens}`;
}

/** What of the firewall's drift is known to leave SSH alone. */
const apartFromSsh = /^rule (80|443)\/tcp /;

function firewallReach(plan: StepPlan, { firewall, open }: Facts): StepReach {
  if (only(plan, ["script", "confirm-within"])) return nothing;
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
