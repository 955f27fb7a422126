import type { Settings } from "../settings/schema.ts";

/** Names and addresses at which clients reach the site, each once; the first is the one that the outputs show. */
export function siteNames(
  { serverName = [] }: Pick<Settings, "serverName">,
  host: string,
): [string, ...string[]] {
  const [first = host, ...others] = serverName;
  return [first, ...[...others, host].filter((name, at, all) => name !== first && all.indexOf(name) === at)];
}
