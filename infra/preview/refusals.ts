import semver from "semver";
import type { Facts } from "../host/facts.ts";
import { pulumiLine } from "../pulumi-command.ts";
import { type PortSettings, portSets } from "../render/ports.ts";
import { type Reach, reaches } from "../settings/reaches.ts";
import type { Settings } from "../settings/schema.ts";
import { needsRefused } from "./needs.ts";
import type { StepPlan } from "./plan.ts";

/** What an `up` needs on the host's disks, in KiB: a release with its dependencies, and room for logs meanwhile. */
const leastFree = 300 * 1024;

/** Why an `up` must not begin; a preview says it, and an `up` stops before it changes anything. */
export function refusals(
  facts: Facts,
  plans: ReadonlyMap<string, StepPlan>,
  settings: PortSettings & Pick<Settings, "maxReach" | "tls" | "nodeSource">,
  owner: string,
): string[] {
  const needed = [...plans.values()].some((plan) => plan.needed);
  return [
    ...belongsToAnother(facts, owner),
    ...renamed(plans.get("backend")),
    ...candidateRefused(facts),
    ...needsRefused(facts),
    ...(plans.get("firewall")?.needed ? rulesRefused(facts) : []),
    ...(needed ? disksFull(facts) : []),
    ...portsTaken(facts, settings),
    ...backendPortsTaken(facts, plans.get("backend"), settings),
    ...nodeTooOld(facts, plans.get("backend"), settings),
    ...reachedTooFar(plans, settings),
  ];
}

/** Two stacks, or two components, would undo each other's steps on one host without a word. */
function belongsToAnother({ owner }: Facts, mine: string): string[] {
  if (!owner || owner === mine) return [];
  return [
    `this host belongs to ${owner}, and this is ${mine}, which would undo its steps; give it a host of its own, or take this one over, on the host: sudo rm /var/lib/geo-system/owner (for the same one under a new name, with aliases or \`pulumi state move\`)`,
  ];
}

/** The application of the former name would serve on without its stack. */
function renamed(plan: StepPlan | undefined): string[] {
  return [["backendName", "name"] as const, ["user", "user"] as const].flatMap(([key, name]) => {
    const [former, now] = [plan?.before[name]?.[0], plan?.settings[name]?.[0]];
    if (former === undefined || former === now) return [];
    return [
      `${key}: expected ${former}, with which this host was set up, found ${now}; set it back: ${pulumiLine(`config set ${key} ${former}`)}; or end the former application, on the host: sudo geo-system backend undo (its data stays)`,
    ];
  });
}

/** The whole of /etc/nginx with the wanted site in it, as `nginx -t` on the host judged it. */
function candidateRefused({ failed }: Facts): string[] {
  const said = failed.candidate;
  return said === undefined ? [] : [`nginx does not take the wanted site.\n${said}`];
}

function rulesRefused({ failed }: Facts): string[] {
  return failed.rules === undefined ? [] : [`ufw does not take the wanted rules.\n${failed.rules}`];
}

function disksFull({ disks }: Facts): string[] {
  const full = Object.entries(disks).filter(([, free]) => free < leastFree);
  const places = [...new Map(full.map(([path, free]) => [free, path]))]; // one disk has one number
  return places.map(
    ([free, path]) =>
      `the disk of ${path}: expected at least ${leastFree / 1024} MiB free, found ${Math.floor(free / 1024)}; make room: sudo du -xh --max-depth 2 ${path} | sort -h | tail`,
  );
}

/** Of the distribution's Node only the host knows the version; of the others the configuration does. */
function nodeTooOld(
  { node }: Facts,
  backend: StepPlan | undefined,
  { nodeSource }: Pick<Settings, "nodeSource">,
): string[] {
  const range = backend?.settings.engines?.[0];
  if (nodeSource !== "distribution" || !node || !range || semver.satisfies(node, range)) return [];
  return [
    `Node on the host: expected ${range}, which is engines.node in package.json of backendSource; found ${node}; ${pulumiLine("config set nodeSource archive")}`,
  ];
}

function portsTaken({ listeners }: Facts, { tls }: Pick<Settings, "tls">): string[] {
  const wanted = [80, ...(tls === "off" ? [] : [443])];
  return wanted.flatMap((port) => {
    const other = listeners[port]?.find((name) => !name.startsWith("nginx"));
    return other
      ? [
          `port ${port}: expected to be free or ours, found ${other} listening there; see: sudo ss -ltnp sport = :${port}`,
        ]
      : [];
  });
}

/** Where a release must go, another process cannot be. One on the ports it leaves alone is worth a note: see checks.ts. */
function backendPortsTaken(
  { backend, foreign }: Facts,
  plan: StepPlan | undefined,
  settings: PortSettings,
): string[] {
  if (!plan?.needed) return [];
  const { a, b } = portSets(settings);
  return (backend?.set === "b" ? a : b).flatMap((port) => {
    const other = foreign[port];
    return other
      ? [
          `port ${port}: expected to be free for a release, found ${other}, which this package did not start; end it, or choose another port: ${pulumiLine(`config set ${a.includes(port) ? "backendPort" : "backendStandbyPort"} PORT`)}`,
        ]
      : [];
  });
}

function reachedTooFar(
  plans: ReadonlyMap<string, StepPlan>,
  { maxReach }: Pick<Settings, "maxReach">,
): string[] {
  return [...plans].flatMap(([step, plan]) => tooFar(step, plan, maxReach) ?? []);
}

/** Why a step reaches further than is allowed; undefined where it does not. */
export function tooFar(step: string, { reach }: StepPlan, maxReach: Reach): string | undefined {
  if (reaches.indexOf(reach.reach) <= reaches.indexOf(maxReach)) return undefined;
  return `${step} reaches "${reach.reach}" (${reach.text}), and maxReach allows "${maxReach}" at most; wait for a better hour, or: ${pulumiLine(`config set maxReach ${reach.reach}`)}`;
}
