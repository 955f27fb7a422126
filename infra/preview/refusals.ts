import semver from "semver";
import type { Facts } from "../host/facts.ts";
import { pulumiLine } from "../pulumi-command.ts";

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
  settings: Pick<Settings, "maxReach" | "tls" | "backendPort" | "backendStandbyPort" | "nodeSource">,
  owner: string,
): string[] {
  const needed = [...plans.values()].some((plan) => plan.needed);
  return [
    ...belongsToAnother(facts, owner),
    ...candidateRefused(facts),
    ...needsRefused(facts),
    ...(plans.get("firewall")?.needed ? rulesRefused(facts) : []),
    ...(needed ? disksFull(facts) : []),
    ...portsTaken(facts, settings),
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

/** Node and pm2 may hold the backend's ports: a release of ours, or what the backend takes over. */
const holders = { nginx: ["nginx"], backend: ["node", "MainThread", "PM2"] };

function portsTaken(
  { listeners }: Facts,
  { tls, backendPort, backendStandbyPort }: Pick<Settings, "tls" | "backendPort" | "backendStandbyPort">,
): string[] {
  const wanted: [number, string[]][] = [
    [80, holders.nginx],
    ...(tls === "off" ? [] : [[443, holders.nginx] satisfies [number, string[]]]),
    [backendPort, holders.backend],
    [backendStandbyPort, holders.backend],
  ];
  return wanted.flatMap(([port, ours]) => {
    const other = listeners[port]?.find((name) => !ours.some((own) => name.startsWith(own)));
    return other
      ? [
          `port ${port}: expected to be free or ours, found ${other} listening there; see: sudo ss -ltnp sport = :${port}`,
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
