import type { Drift } from "../host/drift.ts";
import { type Facts, type FactsOfOne, factsOf } from "../host/facts.ts";
import type { FoundProcess } from "../host/found.ts";
import { stepKind } from "../step-names.ts";
import { acmeReach } from "./acme-reach.ts";
import { sharedChange } from "./data.ts";
import { firewallReach } from "./firewall-reach.ts";
import { briefly, enabledSite, inUse, siteFiles, takenOver } from "./found/in-use.ts";
import { packagesReach } from "./needs.ts";
import type { StepPlan } from "./plan.ts";
import { changesOnly, nothing, type StepReach } from "./step-reach.ts";

const followed: StepReach = {
  reach: "reload",
  text: "nginx follows the backend to its port, nginx reload, connections stay",
};

/** Which clients a step disturbs when it runs, by what differs, for each kind of step. One without an entry disturbs no client. */
export const stepReach: Record<string, (plan: StepPlan, facts: FactsOfOne) => StepReach> = {
  packages: packagesReach,
  firewall: firewallReach,
  certificate: certificateReach,
  site: siteReach,
  acme: acmeReach,
  environment: environmentReach,
  backend: backendReach,
};

export function reachOf(step: string, plan: StepPlan, facts: Facts): StepReach {
  return stepReach[stepKind(step)]?.(plan, factsOf(facts, step)) ?? nothing;
}

function byAcme({ first }: StepPlan, { acme }: Facts): string {
  if (acme?.certificate) return "the certificate that the host has by ACME, nginx reload, connections stay";
  if (first) return "the certificate that nginx serves, else a stand-in, until step acme has ordered one";
  return "the certificate in use stays until step acme has ordered one";
}

const fromAcme =
  "a certificate in the place of the one by ACME, nginx reload, connections stay; its account and certificates stay on the host";

function certificateReach(plan: StepPlan, facts: Facts): StepReach {
  if (changesOnly(plan, ["script"])) return nothing;
  if (plan.settings.kind?.[0] === "acme") return { reach: "reload", text: byAcme(plan, facts) };
  if (plan.first) return { reach: "reload", text: "a first certificate" };
  if (plan.before.kind?.[0] === "acme") return { reach: "reload", text: fromAcme };
  const what = plan.changes.includes("fingerprint") ? "new certificate" : "the certificate is put back";
  return { reach: "reload", text: `${what}, nginx reload, connections stay` };
}

function siteReach(plan: StepPlan, facts: Facts): StepReach {
  // Of a certificate that is put back its own step tells.
  if (changesOnly(plan, ["script", "placed"])) return nothing;
  if (!isServing(facts)) return { reach: "reload", text: "nginx is started" };
  if (plan.first) return { reach: "reload", text: `${firstSite(plan, facts)}nginx reload, connections stay` };
  return { reach: "reload", text: ["nginx reload, connections stay", ...newlyRejected(plan)].join("; ") };
}

/** What becomes of the host's own sites. */
function firstSite({ settings }: StepPlan, { found }: Facts): string {
  const names = [...(settings.replaces ?? []), ...(settings.site ?? [])];
  const files = siteFiles(found);
  const name = names.find((each) => files.includes(enabledSite(each)));
  if (name !== undefined) return `the site ${name} that serves now is replaced, `;
  return files.length > 0 ? `beside ${files.join(", ")}, ` : "";
}

/** Clients that were served until now and no longer will be. */
function newlyRejected({ before, settings }: StepPlan): string[] {
  const begins = (name: string) => settings[name] !== undefined && before[name] === undefined;
  const ends = settings["proxy-protocol"] === undefined && before["proxy-protocol"] !== undefined;
  return [
    ...(begins("https-only") ? ["new clients of ws:// are rejected"] : []),
    ...(begins("proxy-protocol") ? ["new connections without a PROXY header are rejected"] : []),
    ...(ends ? ["new connections with a PROXY header are rejected"] : []),
  ];
}

const isServing = ({ listeners }: Facts) => [80, 443].some((port) => listeners[port]?.includes("nginx"));

/** What the process itself depends on; the rest of the payload is changed around it. */
const ofTheProcess = /^(release|node|environment|engines|.*\/ecosystem\.config\.cjs)$/;
/** What is mended around the process, in the words of its check. */
const aside = / runs on port \S+, and nginx leads to port \S+ first$/;
const aroundTheProcess =
  /does not start at boot|saved list lacks|is not linked to |\/shared\/.* is missing$|^the archive of release \S+ is missing$/;

const concernsTheProcess = ({ path, reason }: Drift) =>
  path === undefined ? !aroundTheProcess.test(reason) && !aside.test(reason) : ofTheProcess.test(path);

/** Whether the release runs on the other set of ports, to which nginx falls back. */
const isAside = ({ drift }: StepPlan) => drift.some(({ reason }) => aside.test(reason));

function backendReach(plan: StepPlan, facts: FactsOfOne): StepReach {
  if (plan.first) return firstReach(plan, facts);
  // Another pm2 ends its applications with itself, and brings them back.
  if (plan.changes.includes("pm2")) return cut("pm2 is restarted", plan, facts);
  const changes = plan.changes.some((change) => ofTheProcess.test(change));
  const around = isAside(plan) ? followed : nothing;
  const reached = changes || plan.drift.some(concernsTheProcess) ? handover(facts, plan) : around;
  const moves = sharedChange(plan);
  if (moves.length === 0) return reached;
  return { ...reached, text: [...(reached === nothing ? [] : [reached.text]), ...moves].join("; ") };
}

/** On a host that was set up by hand an application may already serve on that port, under another name or this one. */
function firstReach(plan: StepPlan, facts: FactsOfOne): StepReach {
  const taken = takenOver(facts);
  if (taken) return { reach: "handover", text: takes(taken, plan, facts) };
  const staying = remaining(plan, facts);
  const text =
    staying.length > 0
      ? [...staying, "clients of the new site meet the first release, beside it"].join("; ")
      : isDown(plan, facts)
        ? "the first release is started"
        : `application ${plan.settings.name?.[0]} is taken over: ${affected(plan, facts, outcome(plan, facts))}`;
  return { reach: "handover", text };
}

/** Applications that the first release leaves alone: on its own ports, or where nginx passes now. */
function remaining(plan: StepPlan, facts: FactsOfOne): string[] {
  const own = ports(plan, facts);
  const holders = own.flatMap((port) => {
    const holder = facts.foreign[port];
    return holder ? [keeps(nameOf(facts.found, port) ?? holder, port, facts)] : [];
  });
  if (holders.length > 0 || !isDown(plan, facts)) return holders;
  const { application } = inUse(facts.found, { ports: own });
  return application?.port ? [keeps(briefly(application), application.port, facts)] : [];
}

/** It has its port and its connections until the deadline, and ends then. */
function takes(taken: FoundProcess, plan: StepPlan, facts: FactsOfOne): string {
  const live = facts.connections[taken.port ?? 0] ?? 0;
  const paced = how(plan) !== "at-once" && how(plan) !== "stop-start";
  const seconds = Number(plan.settings["handover-seconds"]?.[0] ?? 0) + graceSeconds;
  const stay = live === 1 ? "1 live connection stays" : `${live} live connections stay`;
  const what =
    live > 0 && paced
      ? `${stay} until the deadline, ${seconds} s after the handshake`
      : affected(plan, facts, "cut");
  return `${briefly(taken)} is taken over: ${what}; then it is ended, and \`destroy\` starts it again`;
}

/** It runs until someone stops it by hand. */
function keeps(what: string, port: number, { connections }: Facts): string {
  const live = connections[port] ?? 0;
  const whose =
    live === 0 ? "nobody connected" : live === 1 ? "its live connection" : `its ${live} live connections`;
  return `${what} keeps port ${port}, with ${whose}, until it is ended by hand`;
}

function nameOf({ processes }: Facts["found"], port: number): string | undefined {
  const found = processes.find((process) => process.port === port);
  return found && briefly(found);
}

/** The application restarts with another text; who may read it is mended around the process. */
function environmentReach(plan: StepPlan, facts: FactsOfOne): StepReach {
  if (plan.first) return nothing;
  const differs = plan.drift.some(({ reason }) => !/ on the host, expected /.test(reason));
  return differs || plan.changes.includes("environment") ? handover(facts, plan) : nothing;
}

function handover(facts: FactsOfOne, plan: StepPlan): StepReach {
  if (isDown(plan, facts)) return { reach: "handover", text: "the backend is started, nothing serves now" };
  return { reach: "handover", text: `${release(plan)}, ${affected(plan, facts, outcome(plan, facts))}` };
}

const how = ({ settings }: StepPlan) => settings.handover?.[0];

const release = (plan: StepPlan) =>
  how(plan) === "stop-start" ? "release without a handover" : "release handover";

/** How long clients who were all asked to reconnect may take to leave: `grace` in templates/pm2/retire.cjs. */
const graceSeconds = 5;

/** What happens to a connection: whether it is asked to reconnect is up to the process that holds it. */
function outcome(plan: StepPlan, { backend }: FactsOfOne): string {
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

/** The ports that the backend is on; of a version that wrote none down, those of its set when it was applied last. */
const ports = (plan: StepPlan, { backend }: FactsOfOne) => {
  if (backend?.ports && !isAside(plan)) return backend.ports;
  const set = isAside(plan) !== (backend?.set === "b") ? "standby-port" : "port";
  return (plan.before[set] ?? plan.settings[set] ?? []).map(Number);
};

const isDown = (plan: StepPlan, facts: FactsOfOne) =>
  ports(plan, facts).every((port) => !facts.listeners[port] && !facts.connections[port]);

const cut = (what: string, plan: StepPlan, facts: FactsOfOne): StepReach => ({
  reach: "handover",
  text: `${what}, ${affected(plan, facts, "cut")}`,
});

/** `212 live connections are cut` */
function affected(plan: StepPlan, facts: FactsOfOne, happens: string): string {
  const live = ports(plan, facts).reduce((sum, port) => sum + (facts.connections[port] ?? 0), 0);
  if (live === 0) return "nobody is connected";
  return live === 1 ? `1 live connection is ${happens}` : `${live} live connections are ${happens}`;
}
