import semver from "semver";
import { type Facts, type FactsOfOne, factsOf } from "../host/facts.ts";
import { type FoundProcess, howToEnd, runBy } from "../host/found.ts";
import { pulumiLine } from "../pulumi-command.ts";
import { nextSet, type PortSettings, portSets } from "../render/ports.ts";
import { applicationKey, type Called, setKey } from "../settings/application-key.ts";
import { type Reach, reaches } from "../settings/reaches.ts";
import type { Settings } from "../settings/schema.ts";
import type { BackendStep } from "../step-names.ts";
import { capacityRefused, type Expected } from "./capacity.ts";
import { dataRefused } from "./found/data-findings.ts";
import { briefly, enabledSite, siteFiles, takenOver } from "./found/in-use.ts";
import { needsRefused } from "./needs.ts";
import type { StepPlan } from "./plan.ts";

/** What an `up` needs on the host's disks, in KiB: a release with its dependencies, and room for logs meanwhile. */
const leastFree = 300 * 1024;

/** What of an application says whether its release can come. */
type Application = PortSettings & Pick<Settings, "nodeSource"> & Called & { step: BackendStep };

/**
 * Why an `up` must not begin; a preview says it, and an `up` stops before it changes anything.
 *
 * @param applications of the host; default: the one without a name
 */
export function refusals(
  facts: Facts,
  plans: ReadonlyMap<string, StepPlan>,
  settings: PortSettings & Expected & Pick<Settings, "maxReach" | "tls" | "nodeSource">,
  owner: string,
  applications: readonly Application[] = [{ ...settings, step: "backend" }],
): string[] {
  const needed = [...plans.values()].some((plan) => plan.needed);
  return [
    ...belongsToAnother(facts, owner),
    ...candidateRefused(facts),
    ...needsRefused(facts),
    ...capacityRefused(facts, settings),
    ...(plans.get("firewall")?.needed ? rulesRefused(facts) : []),
    ...(needed ? disksFull(facts) : []),
    ...portsTaken(facts, settings),
    ...applications.flatMap((each) => applicationRefused(factsOf(facts, each.step), plans, each)),
    ...noSiteToReplace(facts, plans.get("site")),
    ...reachedTooFar(plans, settings),
  ];
}

function applicationRefused(
  facts: FactsOfOne,
  plans: ReadonlyMap<string, StepPlan>,
  application: Application,
): string[] {
  const plan = plans.get(application.step);
  if (!plan) return [];
  return [
    ...renamed(plan, application),
    ...backendPortsTaken(facts, plan, application),
    ...nothingToTakeOver(facts, plan, application),
    ...dataTooLate(plan, application),
    ...dataRefused(facts, plan.settings.name?.[0] ?? ""),
    ...nodeTooOld(facts, plan, application),
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
function renamed(plan: StepPlan, of: Application): string[] {
  const keys = [[applicationKey(of, "backendName"), "name"] as const, ["user", "user"] as const];
  return keys.flatMap(([key, name]) => {
    const [former, now] = [plan.before[name]?.[0], plan.settings[name]?.[0]];
    if (former === undefined || former === now) return [];
    return [
      `${key}: expected ${former}, with which this host was set up, found ${now}; set it back: ${pulumiLine(`config set ${key.includes(".") ? "--path " : ""}${key} ${former}`)}; or end the former application, on the host: sudo geo-system ${of.step} undo (its data stays)`,
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
function nodeTooOld({ node }: Facts, { settings }: StepPlan, { nodeSource, called }: Application): string[] {
  const range = settings.engines?.[0];
  if (nodeSource !== "distribution" || !node || !range || semver.satisfies(node, range)) return [];
  return [
    `Node on the host: expected ${range}, which is engines.node in package.json of ${applicationKey({ called }, "backendSource")}; found ${node}; ${pulumiLine("config set nodeSource archive")}`,
  ];
}

/** What the configuration names and the host does not have: else the first release would be started beside it. */
function nothingToTakeOver(facts: FactsOfOne, { first, settings }: StepPlan, of: Called): string[] {
  const [named] = (first && settings["take-over"]) || [];
  const taken = takenOver(facts);
  if (named === undefined || [named, `${named}.service`].includes(taken?.name ?? "")) return [];
  return [
    `${applicationKey(of, "takeOver.application")}: expected an application ${named} on port ${settings.port?.[0]}, found ${taken ? briefly(taken) : "none"}; name the one that \`npm run take-over\` prints, or set ${applicationKey(of, "backendPort")} to its port`,
  ];
}

function noSiteToReplace({ found }: Facts, site: StepPlan | undefined): string[] {
  const [replaced] = (site?.first && site.settings.replaces) || [];
  const files = siteFiles(found);
  if (replaced === undefined || files.includes(enabledSite(replaced))) return [];
  return [
    `takeOver.site: expected a site of this host, found ${replaced}, which is none of ${files.join(", ") || "any"}; name the file in /etc/nginx/sites-enabled that serves now`,
  ];
}

/** Once a release serves, what it has in its shared folder is its data. */
function dataTooLate(plan: StepPlan, of: Called): string[] {
  if (plan.first) return [];
  const { "take-data": before = [] } = plan.before;
  return (plan.settings["take-data"] ?? [])
    .filter((source) => !before.includes(source))
    .map(
      (source) =>
        `${applicationKey(of, "takeOver.data")}: ${source} was not taken over with the first release, and cannot be added now; put its path in ${applicationKey(of, "backendShared")} instead, and move the files on the host, to /srv/${plan.settings.name?.[0]}/shared`,
    );
}

const holderOf = ({ processes }: Facts["found"], port: number) =>
  processes.find((process) => process.port === port);

/** `, application api under pm2` */
function by(holder: FoundProcess | undefined): string {
  if (!holder) return "";
  return `, ${holder.manager === "pm2" ? `application ${holder.name} ` : ""}${runBy(holder)}`;
}

function portsTaken({ listeners, found }: Facts, { tls }: Pick<Settings, "tls">): string[] {
  const wanted = [80, ...(tls === "off" ? [] : [443])];
  return wanted.flatMap((port) => {
    const other = listeners[port]?.find((name) => !name.startsWith("nginx"));
    if (!other) return [];
    const holder = holderOf(found, port);
    const way = holder ? `end it: ${howToEnd(holder)}` : `see: sudo ss -ltnp sport = :${port}`;
    return [`port ${port}: expected to be free or ours, found ${other} listening there${by(holder)}; ${way}`];
  });
}

/** Where a release must go, another process cannot be. One on the ports it leaves alone is worth a note: see checks.ts. */
function backendPortsTaken(
  { backend, foreign, found }: FactsOfOne,
  plan: StepPlan,
  settings: Application,
): string[] {
  if (!plan.needed) return [];
  const sets = portSets(settings);
  return sets[nextSet(sets, backend)].flatMap((port) => {
    const other = foreign[port];
    const holder = holderOf(found, port);
    return other
      ? [
          `port ${port}: expected to be free for a release, found ${other}${by(holder)}, which this package did not start; end it${holder ? ` (${howToEnd(holder)})` : ""}, or choose another port: ${pulumiLine(`${setKey(settings, sets.a.includes(port) ? "backendPort" : "backendStandbyPort")} PORT`)}`,
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
