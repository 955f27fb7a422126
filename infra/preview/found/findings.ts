import { type Facts, factsOf } from "../../host/facts.ts";
import { describeProcess, type Found, type FoundProcess, runBy } from "../../host/found.ts";
import type { PortSets } from "../../render/ports.ts";
import { isApplication } from "../../settings/applications.ts";
import type { Settings } from "../../settings/schema.ts";
import type { BackendStep } from "../../step-names.ts";
import { dataFindings } from "./data-findings.ts";
import { type InUse, inUse, siteFiles } from "./in-use.ts";
import { otherSites, siteFindings } from "./site-findings.ts";

type Wanted = Pick<Settings, "siteName"> & Partial<Pick<Settings, "takeOver">>;
type Application = Pick<Settings, "websocketPath" | "backendName"> & { ports: PortSets; step: BackendStep };

/**
 * What serves on a host before the first release: one finding an element, the site's with a diff below it. None on a
 * host that serves nothing, and on one that this package has set up.
 *
 * @param site the payload of the wanted site
 */
export function findingsOf(
  facts: Facts,
  site: string,
  wanted: Wanted,
  applications: readonly Application[],
): string[] {
  const { found, applied } = facts;
  if (Object.keys(applied).some(isApplication)) return [];
  const all = applications.map((each) => ({
    ...each,
    using: inUse(found, { ports: each.ports.a, path: each.websocketPath }),
  }));
  const taken = all.flatMap(({ using }) => using.application ?? []);
  const serving = (all.find(({ using }) => using.site) ?? all[0])?.using ?? { others: [] };
  return [
    ...new Set(taken.map(describeProcess)),
    ...holders(found),
    ...all.flatMap(({ ports, using }) => standby(found, ports.b, using)),
    // Else it is our own, which an `up` that failed later had placed.
    ...(serving.site && !applied.site
      ? siteFindings(found, serving.site, {
          name: wanted.siteName,
          payload: site,
          replaces: wanted.takeOver?.site,
        })
      : []),
    ...found.boot.map(bootFinding),
    ...all.flatMap(({ step, backendName }) => dataFindings(factsOf(facts, step), backendName)),
    ...staying(all).map((other) => `${describeProcess(other)}; it stays`),
    ...(applied.site ? [] : otherSites(found, serving, [wanted.siteName, wanted.takeOver?.site])),
  ];
}

/** What no application takes the place of, and whose port none needs. */
function staying(all: readonly (Application & { using: InUse })[]): FoundProcess[] {
  const [first] = all;
  const needed = all.flatMap(({ ports }) => ports.b);
  return (first?.using.others ?? []).filter(
    (other) =>
      !needed.includes(other.port ?? 0) &&
      all.every(({ using }) => using.others.some(({ pid }) => pid === other.pid)),
  );
}

/** `nginx listens on ports 80, 443, by the unit nginx.service` */
function holders({ processes, welcome, nginx }: Found): string[] {
  const web = processes.filter(({ port }) => port === 80 || port === 443);
  const byName = new Map<string, FoundProcess[]>();
  for (const each of web) {
    const key = `${each.program} ${runBy(each)}`;
    byName.set(key, [...(byName.get(key) ?? []), each]);
  }
  return [...byName.values()].map((same) => {
    const [first] = same as [FoundProcess, ...FoundProcess[]];
    const ports = same.map(({ port }) => port).join(" and ");
    const only =
      first.program === "nginx" &&
      welcome &&
      siteFiles({ nginx: nginx ?? "", welcome, processes, boot: [] }).length === 0;
    return `${first.program} listens on port ${ports}, ${named(first)}${only ? "; it serves its welcome page alone" : ""}`;
  });
}

const named = (holder: FoundProcess) =>
  holder.manager === "pm2" ? `as application ${holder.name} of ${holder.user}'s pm2` : runBy(holder);

function standby({ processes }: Found, ports: readonly number[], { application }: InUse): string[] {
  return processes
    .filter(({ port, pid }) => ports.includes(port ?? 0) && pid !== application?.pid)
    .map((each) => `${describeProcess(each)}; a release needs that port`);
}

const bootFinding = ({ unit, user }: Found["boot"][number]) =>
  `${unit} starts the pm2 applications of ${user} at boot; it stays`;
