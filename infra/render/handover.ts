import type { Settings } from "../settings/schema.ts";

/** How a release takes the place of the one before. */
export type Handover = NonNullable<Settings["handover"]>;

/** Before `handover` was a setting, `handoverSeconds: 0` said that the old process ends first. */
export function handoverOf({
  handover,
  handoverSeconds,
}: Pick<Settings, "handover" | "handoverSeconds">): Handover {
  return handover ?? (handoverSeconds === 0 ? "stop-start" : "paced");
}

/**
 * The longest that the host waits for the clients of the old process while they go on leaving, in seconds:
 * `handover_limit` in templates/scripts/backend-handover.sh.
 */
export const longestHandover = (handoverSeconds: number) => Math.max(120, 10 * (handoverSeconds + 5));
