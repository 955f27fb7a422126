import type { Facts } from "../../host/facts.ts";
import { describeProcess, type Found, type FoundProcess, runBy } from "../../host/found.ts";
import type { PortSets } from "../../render/ports.ts";
import type { Settings } from "../../settings/schema.ts";
import { dataFindings } from "./data-findings.ts";
import { type InUse, inUse, siteFiles } from "./in-use.ts";
import { otherSites, siteFindings } from "./site-findings.ts";

type Wanted = Pick<Settings, "siteName" | "websocketPath" | "backendName"> &
  Partial<Pick<Settings, "takeOver">> & { ports: PortSets };

/**
 * What serves on a host before the first release: one finding an element, the site's with a diff below it. None on a
 * host that serves nothing, and on one that this package has set up.
 *
 * @param site the payload of the wanted site
 */
export function findingsOf({ found, applied }: Facts, site: string, wanted: Wanted): string[] {
  if (applied.backend) return [];
  const { a, b } = wanted.ports;
  const using = inUse(found, { ports: a, path: wanted.websocketPath });
  return [
    ...(using.application ? [describeProcess(using.application)] : []),
    ...holders(found),
    ...standby(found, b, using),
    // Else it is our own, which an `up` that failed later had placed.
    ...(using.site && !applied.site
      ? siteFindings(found, using.site, {
          name: wanted.siteName,
          payload: site,
          replaces: wanted.takeOver?.site,
        })
      : []),
    ...found.boot.map(bootFinding),
    ...dataFindings(found, wanted.backendName),
    ...using.others
      .filter(({ port }) => !b.includes(port ?? 0))
      .map((other) => `${describeProcess(other)}; it stays`),
    ...(applied.site ? [] : otherSites(found, using, [wanted.siteName, wanted.takeOver?.site])),
  ];
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
      siteFiles({ nginx: nginx ?? "", welcome, processes, boot: [], data: [] }).length === 0;
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
