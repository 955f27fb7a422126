import type { Facts } from "./facts.ts";

/** The payload as the host's own script fills it in: what only the host knows stands open in it. */
export function filledIn(
  payload: string,
  { user, ipv6, brotli }: Pick<Facts, "user" | "ipv6" | "brotli">,
): string {
  const filled = user ? payload.replaceAll("@home@", user.home).replaceAll("@group@", user.group) : payload;
  const listening = ipv6 ? filled : filled.replace(/^ *listen \[::\].*\n/gm, "");
  return brotli ? listening : listening.replace(/^ *brotli_static .*\n/gm, "");
}
