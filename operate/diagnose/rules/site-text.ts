import type { Observations } from "../observations.ts";
import { putBack } from "./fix.ts";
import { type Rule, worry } from "./rule.ts";

const differs: Rule = (seen) => {
  const nginx = seen.inside?.nginx;
  if (nginx?.site === undefined || nginx.deployedSite === undefined) return undefined;
  const lines = differences(nginx.deployedSite, nginx.site);
  if (lines.length === 0) return undefined;
  return {
    ...{ hop: "site", severity: "warn" },
    cause: "the nginx site is not what was deployed: it was changed on the host",
    evidence: lines.slice(0, 5),
    fix: [putBack(seen.target, "site")],
    worry: worry.soon,
  };
};

/** nginx reads it, and not the file beside it that an `up` changes. */
const copied: Rule = (seen) => {
  const link = `/etc/nginx/sites-enabled/${seen.target.site}`;
  if (seen.inside?.nginx.enabled !== link || seen.inside.nginx.deployedSite === undefined) return undefined;
  return {
    ...{ hop: "site", severity: "warn" },
    cause: `${link} is a file of its own, not a link to the site that was deployed`,
    evidence: [`${link}: no link`],
    fix: [putBack(seen.target, "site")],
    worry: worry.soon,
  };
};

/** Lines that only one of them has. */
export function differences(deployed: string, found: string): string[] {
  const lines = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const [wanted, there] = [new Set(lines(deployed)), new Set(lines(found))];
  return [
    ...[...wanted].filter((line) => !there.has(line)).map((line) => `- ${line}`),
    ...[...there].filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
  ];
}

/** The lines by which the site is not the one that was deployed. */
export function changedSite({ inside }: Observations): string[] {
  const { site, deployedSite } = inside?.nginx ?? {};
  return site === undefined || deployedSite === undefined ? [] : differences(deployedSite, site).slice(0, 3);
}

export const siteWarnings = [copied, differs];
