import type { Settings } from "../settings/schema.ts";

/** Names and addresses at which clients reach the site, each once; the first is the one that the outputs show. */
export function siteNames(
  { serverName = [] }: Pick<Settings, "serverName">,
  host: string,
): [string, ...string[]] {
  const [first = host, ...others] = serverName;
  return [first, ...[...others, host].filter((name, at, all) => name !== first && all.indexOf(name) === at)];
}

/** The names that a certificate must cover: those of the site, else the host. Each is proven at the end of an `up`. */
export function certifiedNames(
  { serverName }: { serverName?: Settings["serverName"] | undefined },
  host: string,
): [string, ...string[]] {
  const [first = host, ...others] = serverName ?? [];
  return [first, ...others];
}
